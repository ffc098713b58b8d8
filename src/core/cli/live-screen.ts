import { frame, type Key, keysIn, scrolled } from './live-frame.js'
import type { Style } from './style.js'

// xterm's control sequences (ctlseqs): a screen of its own, no cursor, no wrapped lines; and all of it taken back.
const ENTER = '\u001b[?1049h\u001b[?25l\u001b[?7l'
const LEAVE = '\u001b[?7h\u001b[?25h\u001b[?1049l'
const HOME = '\u001b[H'
// Before the line is written: behind a line as wide as the screen it would take the last character.
const CLEAR_LINE = '\u001b[2K'
// Shown at once by terminals that know the pair, and passed over by those that do not.
const HOLD = '\u001b[?2026h'
const SHOW = '\u001b[?2026l'

export interface ScreenOutput {
  readonly rows?: number
  write(text: string): unknown
  on(event: 'resize', listener: () => void): unknown
  off(event: 'resize', listener: () => void): unknown
}

export interface ScreenInput {
  readonly isTTY?: boolean
  setRawMode?(raw: boolean): unknown
  resume(): unknown
  pause(): unknown
  on(event: 'data', listener: (bytes: Buffer) => void): unknown
  off(event: 'data', listener: (bytes: Buffer) => void): unknown
}

/** What is on the screen: made anew for every width. */
export interface Page {
  /** The page's lines; must hold no sequence but those of the palette. */
  text(style: Style): string
  /** For the line at the bottom. */
  readonly note: string
}

export interface ScreenEvents {
  quit(): void
  interrupt(): void
}

const DEFAULT_ROWS = 24

/**
 * A page on a terminal that changes in place. The terminal is left as it was found however the process ends, a kill -9
 * aside: the page lies on the alternate screen, and what was there before comes back.
 */
export class LiveScreen {
  #page: Page | undefined
  #top = 0
  #shown = ''
  #isOpen = false
  readonly #redraw = (): void => this.#draw(true)
  readonly #leave = (): void => this.close()
  readonly #typed = (bytes: Buffer): void => {
    for (const key of keysIn(bytes.toString('latin1'))) this.#obey(key)
  }

  constructor(
    private readonly output: ScreenOutput,
    private readonly input: ScreenInput,
    private readonly style: () => Style,
    private readonly events: ScreenEvents,
  ) {}

  open(): void {
    if (this.#isOpen) return
    this.#isOpen = true
    this.#shown = ''
    this.output.write(ENTER)
    this.output.on('resize', this.#redraw)
    process.on('exit', this.#leave)
    if (this.input.isTTY !== true) return
    // Raw, since keys are to be read one by one and not to appear on the page.
    this.input.setRawMode?.(true)
    this.input.on('data', this.#typed)
    this.input.resume()
  }

  show(page: Page): void {
    this.#page = page
    this.#draw(false)
  }

  close(): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    this.output.off('resize', this.#redraw)
    process.off('exit', this.#leave)
    if (this.input.isTTY === true) {
      this.input.off('data', this.#typed)
      this.input.setRawMode?.(false)
      this.input.pause()
    }
    this.output.write(LEAVE)
  }

  #obey(key: Key): void {
    if (key === 'quit') this.events.quit()
    else if (key === 'interrupt') this.events.interrupt()
    else if (key === 'suspend') this.#suspend()
    else {
      const length = this.#page?.text(this.style()).split('\n').length ?? 0
      this.#top = scrolled({ rows: this.#rows, top: this.#top }, key, length)
      this.#draw(false)
    }
  }

  /** In raw mode nobody but the program itself sees to Ctrl-Z. */
  #suspend(): void {
    this.close()
    process.once('SIGCONT', () => {
      this.open()
      this.#draw(true)
    })
    process.kill(process.pid, 'SIGTSTP')
  }

  get #rows(): number {
    return this.output.rows || DEFAULT_ROWS
  }

  #draw(anew: boolean): void {
    if (!this.#isOpen || this.#page === undefined) return
    const style = this.style()
    const { lines, top } = frame(
      this.#page.text(style),
      { rows: this.#rows, top: this.#top },
      this.#page.note,
      style,
    )
    this.#top = top
    const picture = lines.map((line) => CLEAR_LINE + line).join('\r\n')
    if (picture === this.#shown && !anew) return
    this.#shown = picture
    this.output.write(`${HOLD}${HOME}${picture}${SHOW}`)
  }
}
