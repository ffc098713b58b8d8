/** The program's only output path: strips control characters from everything it prints. */
import { EXIT, systemCode } from '../errors/kitty-error.js'
import { type OutputStream, standardOutput } from './standard-output.js'
import { replaceHidden, unbroken } from '../errors/invisible.js'
import { visibleJson } from '../errors/visible-json.js'
import { stripControl } from './render/strip-control.js'
import { paletteSequences, terminalStyle, type StyleFacts } from './style.js'

export interface PrinterOptions {
  readonly stdout?: OutputStream
  readonly stderr?: OutputStream
  readonly env?: StyleFacts['env']
  readonly noColor?: boolean
  /** Milliseconds from any fixed point. */
  readonly now?: () => number
}

export interface Progress {
  /** Reports work done so far, of a total if it is known. */
  update(done: number, total?: number): void
  /** Removes the progress line. */
  stop(): void
}

/** Milliseconds. Work shorter than this shows no progress. */
const PROGRESS_AFTER = 500
const PROGRESS_EVERY = 100

export class Printer {
  readonly #stdout: OutputStream
  readonly #stderr: OutputStream
  readonly #style: Omit<StyleFacts, 'stream'>
  readonly #now: () => number
  readonly #warned = new Set<string>()
  #closed = false
  #full = false
  #waiting: (() => void)[] = []
  #answered = false
  #progressShown = false

  constructor(options: PrinterOptions = {}) {
    this.#stdout = options.stdout ?? standardOutput(1)
    this.#stderr = options.stderr ?? standardOutput(2)
    this.#style = { env: options.env ?? process.env, noColor: options.noColor ?? false }
    this.#now = options.now ?? (() => process.uptime() * 1000)
    this.#stdout.on('error', (error) => this.#lost(error))
    // A lost stderr must not end the command; there is nowhere left to report it.
    this.#stderr.on('error', () => undefined)
  }

  /** True once the reader of stdout has left (`kitty … | head`): a long listing may stop. */
  get closed(): boolean {
    return this.#closed
  }

  /** Resolves when a slow reader has caught up or left. Callers that print without end wait here. */
  async drained(): Promise<void> {
    if (!this.#full || this.#closed) return
    await new Promise<void>((resolve) => {
      this.#waiting.push(resolve)
      this.#stdout.once?.('drain', () => this.#drained())
    })
  }

  #drained(): void {
    this.#full = false
    for (const resolve of this.#waiting.splice(0)) resolve()
  }

  /** Prints the result for people: one or more lines. */
  out(text: string): void {
    if (!this.#closed) this.#put(`${this.#safe(text, this.#stdout)}\n`)
  }

  /** Prints the content of a file: on a terminal as `out` does, elsewhere with its own line ends and nothing added. */
  content(text: string): void {
    if (this.#stdout.isTTY === true) this.out(text.replace(/\n$/, ''))
    else if (!this.#closed) this.#put(replaceHidden(text, () => ''))
  }

  #put(text: string): void {
    if (this.#stdout.write(text) === false) this.#full = true
  }

  /** Prints the result for programs: the process's only JSON document. */
  json(document: unknown): void {
    if (this.#answered) {
      this.error('A second JSON document was not printed: stdout carries exactly one')
      return
    }
    this.#answered = true
    if (!this.#closed)
      this.#stdout.write(`${visibleJson(document, this.#stdout.isTTY === true ? 2 : undefined)}\n`)
  }

  /** Prints one line of a stream of JSON documents. */
  jsonLine(document: unknown): void {
    if (!this.#closed) this.#put(`${visibleJson(document)}\n`)
  }

  /** Prints a warning on stderr, each text once and in one line. */
  warn(text: string): void {
    if (this.#warned.has(text)) return
    this.#warned.add(text)
    this.error(`Warning: ${unbroken(text)}`)
  }

  /** Prints a failure on stderr. */
  error(text: string): void {
    this.#clearProgress()
    this.#stderr.write(`${this.#safe(text, this.#stderr)}\n`)
  }

  /** Shows progress on stderr: only on a terminal, and only for long work. */
  progress(label: string): Progress {
    const started = this.#now()
    let shown = -Infinity
    return {
      update: (done, total) => {
        const now = this.#now()
        if (this.#stderr.isTTY !== true || now - started < PROGRESS_AFTER || now - shown < PROGRESS_EVERY)
          return
        shown = now
        this.#progressShown = true
        const amount = total === undefined || total <= 0 ? `${done}` : `${Math.floor((done / total) * 100)} %`
        // Bypasses the strip: the carriage return and the erase sequence are ours.
        this.#stderr.write(`\r${stripControl(label)} ${amount}\u001b[K`)
      },
      stop: () => this.#clearProgress(),
    }
  }

  #clearProgress(): void {
    if (!this.#progressShown) return
    this.#progressShown = false
    this.#stderr.write('\r\u001b[K')
  }

  /** The text as `out` would print it, for a screen that positions its lines itself. */
  clean(text: string): string {
    return this.#safe(text, this.#stdout)
  }

  /** Strips everything that is not text, except the palette's sequences when color is on. */
  #safe(text: string, stream: OutputStream): string {
    if (!text.includes('\u001b')) return stripControl(text)
    const { colour } = terminalStyle({ ...this.#style, stream })
    const sequences = colour ? (text.match(paletteSequences()) ?? []) : []
    return text
      .split(paletteSequences())
      .map((part, at) => stripControl(part) + (sequences[at] ?? ''))
      .join('')
  }

  /** A closed pipe is not a failure; the work goes on, because its effect does not depend on the output. */
  #lost(error: Error): void {
    const first = !this.#closed
    this.#closed = true
    this.#drained()
    const code = systemCode(error)
    if (code === 'EPIPE' || !first) return
    process.exitCode = EXIT.damaged
    this.error(
      `The output could not be written (${code ?? error.message}): what was asked for may have been done all the same. Look with \`kitty status\``,
    )
  }
}
