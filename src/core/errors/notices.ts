import { token } from '../token.js'
import { unbroken } from './invisible.js'

/** What a command reports besides its result: on stderr, and in the JSON document's `warnings`. */
export interface Notices {
  /** Reports a message once, however often it occurs. It becomes one line. */
  warn(message: string): void
  /** In the order they were first reported. */
  readonly all: readonly string[]
  /** Tells each message as soon as it is reported, for a command that goes on; those so far, too. */
  follow(tell: (message: string) => void): void
}

export const Notices = token<Notices>('Notices')

export class NoticeList implements Notices {
  readonly #said = new Set<string>()
  #tell: (message: string) => void = () => undefined

  warn(message: string): void {
    const text = unbroken(message)
    if (this.#said.has(text)) return
    this.#said.add(text)
    this.#tell(text)
  }

  get all(): readonly string[] {
    return [...this.#said]
  }

  follow(tell: (message: string) => void): void {
    this.#tell = tell
    for (const text of this.#said) tell(text)
  }
}
