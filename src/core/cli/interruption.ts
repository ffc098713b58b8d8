/** Signal → what a shell reports for a program that it ended: 128 and the signal's number. */
const EXITS = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const

/** How long what is on its way out may take to leave, in milliseconds. */
const GRACE_MS = 1_000

type Signal = keyof typeof EXITS

/** Lets a command that runs until it is stopped end in order: `aborted` at the first signal, the process at the second. */
export class Interruption {
  readonly #controller = new AbortController()
  /** Resolves when the command is to end. */
  readonly aborted = new Promise<void>((resolve) => {
    this.signal.addEventListener('abort', () => resolve(), { once: true })
  })
  readonly #listeners = (Object.keys(EXITS) as Signal[]).map(
    (name) => [name, () => this.interrupt(name)] as const,
  )

  constructor() {
    for (const [name, listener] of this.#listeners) process.on(name, listener)
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** Ends the command as that signal would. */
  interrupt(name: Signal): void {
    const code = EXITS[name]
    if (this.signal.aborted) process.exit(code)
    process.exitCode = code
    this.#controller.abort()
    // A reader that has stopped reading must not keep the process: what it has not taken it will never take.
    setTimeout(() => process.exit(code), GRACE_MS).unref()
  }

  /** Ends the command with nothing wrong. */
  stop(): void {
    this.#controller.abort()
  }

  close(): void {
    for (const [name, listener] of this.#listeners) process.off(name, listener)
  }
}
