/** Exit codes by signal: 128 plus the signal's number, as shells report it. */
const EXITS = { SIGHUP: 129, SIGINT: 130, SIGQUIT: 131, SIGTERM: 143 } as const

/** Time allowed for remaining output to leave the process, in milliseconds. */
const GRACE_MS = 1_000

type Signal = keyof typeof EXITS

/** Lets a long-running command end in order: the first signal resolves `aborted`, the second ends the process. */
export class Interruption {
  readonly #controller = new AbortController()
  /** While a plugin's code runs, `process.exit` is another function. */
  readonly #exit = process.exit.bind(process)
  /** Resolves when the command must end. */
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

  /** Ends the command as the signal would. */
  interrupt(name: Signal): void {
    const code = EXITS[name]
    if (this.signal.aborted) this.#exit(code)
    process.exitCode = code
    this.#controller.abort()
    // A reader that stopped reading must not keep the process alive: it will never take the rest.
    setTimeout(() => this.#exit(code), GRACE_MS).unref()
  }

  /** Ends the command successfully. */
  stop(): void {
    this.#controller.abort()
  }

  close(): void {
    for (const [name, listener] of this.#listeners) process.off(name, listener)
  }
}
