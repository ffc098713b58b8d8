import { constants } from 'node:os'

// xterm's control sequences (ctlseqs): alternate screen, no cursor, no line wrapping; and the reverse.
const ENTER = '\u001b[?1049h\u001b[?25l\u001b[?7l'
const LEAVE = '\u001b[?7h\u001b[?25h\u001b[?1049l'
/** Bracketed paste: the terminal marks where pasted text begins and ends. */
const MARK_PASTE = '\u001b[?2004h'
const UNMARK_PASTE = '\u001b[?2004l'
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

export interface TerminalEvents {
  typed(bytes: Buffer): void
  /** The size changed, or the program continues after Ctrl-Z: whatever the terminal shows is unknown. */
  lost(): void
}

export interface TerminalOptions {
  /** False where no signal stops a program. */
  readonly canSuspend?: boolean
  readonly marksPaste?: boolean
}

const DEFAULT_ROWS = 24

/**
 * The terminal while a page owns it: alternate screen and single keys. Restores the terminal however the process ends,
 * except for kill -9: the previous content comes back.
 */
export class TerminalScreen {
  #shown = ''
  #isOpen = false
  readonly #canSuspend: boolean
  readonly #marksPaste: boolean
  readonly #leave = (): void => this.close()
  readonly #lost = (): void => {
    this.#shown = ''
    this.events.lost()
  }
  readonly #typed = (bytes: Buffer): void => this.events.typed(bytes)

  constructor(
    private readonly output: ScreenOutput,
    private readonly input: ScreenInput,
    private readonly events: TerminalEvents,
    { canSuspend = 'SIGTSTP' in constants.signals, marksPaste = false }: TerminalOptions = {},
  ) {
    this.#canSuspend = canSuspend
    this.#marksPaste = marksPaste
  }

  get rows(): number {
    return this.output.rows || DEFAULT_ROWS
  }

  get isOpen(): boolean {
    return this.#isOpen
  }

  open(): void {
    if (this.#isOpen) return
    this.#isOpen = true
    this.#shown = ''
    this.output.write(this.#marksPaste ? ENTER + MARK_PASTE : ENTER)
    this.output.on('resize', this.#lost)
    process.on('exit', this.#leave)
    if (this.input.isTTY !== true) return
    // Raw mode delivers keys one by one and does not echo them.
    this.input.setRawMode?.(true)
    this.input.on('data', this.#typed)
    this.input.resume()
  }

  close(): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    this.output.off('resize', this.#lost)
    process.off('exit', this.#leave)
    if (this.input.isTTY === true) {
      this.input.off('data', this.#typed)
      this.input.setRawMode?.(false)
      this.input.pause()
    }
    this.output.write(this.#marksPaste ? UNMARK_PASTE + LEAVE : LEAVE)
  }

  /** Shows the lines, which must contain no sequences except the palette's. Writes nothing if they are shown already. */
  draw(lines: readonly string[]): void {
    if (!this.#isOpen) return
    const picture = lines.map((line) => CLEAR_LINE + line).join('\r\n')
    if (picture === this.#shown) return
    this.#shown = picture
    this.output.write(`${HOLD}${HOME}${picture}${SHOW}`)
  }

  /** Makes the next picture be drawn even if it is the same: something else has written to the terminal. */
  forget(): void {
    this.#shown = ''
  }

  /** In raw mode the program itself must handle Ctrl-Z. Where no signal stops a program, nothing happens. */
  suspend(): void {
    if (!this.#canSuspend) return
    this.close()
    process.once('SIGCONT', () => {
      this.open()
      this.#lost()
    })
    process.kill(process.pid, 'SIGTSTP')
  }
}
