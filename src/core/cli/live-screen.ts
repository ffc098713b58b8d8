import { constants } from 'node:os'
import { frame, type Key, keysIn, scrolled } from './live-frame.js'
import type { Style } from './style.js'

// xterm's control sequences (ctlseqs): alternate screen, no cursor, no line wrapping; and the reverse.
const ENTER = '\u001b[?1049h\u001b[?25l\u001b[?7l'
const LEAVE = '\u001b[?7h\u001b[?25h\u001b[?1049l'
const HOME = '\u001b[H'
// Goes before the line's text: after a line as wide as the screen it would erase the last character.
const CLEAR_LINE = '\u001b[2K'
// Synchronized output: terminals that know the pair draw the frame in one step; others ignore it.
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

/** The content of the screen, rendered again for each width. */
export interface Page {
  /** The page's lines; may contain no sequences except the palette's. */
  text(style: Style): string
  /** Text for the bottom line. */
  readonly note: string
}

export interface ScreenEvents {
  quit(): void
  interrupt(): void
}

const DEFAULT_ROWS = 24

/**
 * A page that updates in place on a terminal. Restores the terminal however the process ends, except for kill -9: the
 * page is on the alternate screen, so the previous content comes back.
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
    private readonly canSuspend = 'SIGTSTP' in constants.signals,
  ) {}

  open(): void {
    if (this.#isOpen) return
    this.#isOpen = true
    this.#shown = ''
    this.output.write(ENTER)
    this.output.on('resize', this.#redraw)
    process.on('exit', this.#leave)
    if (this.input.isTTY !== true) return
    // Raw mode delivers keys one by one and does not echo them.
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

  /** In raw mode the program itself must handle Ctrl-Z. */
  #suspend(): void {
    // On Windows there is nothing to stop a program with, and nothing happens.
    if (!this.canSuspend) return
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
