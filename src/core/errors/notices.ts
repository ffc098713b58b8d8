import { token } from '../token.js'
import { unbroken } from './invisible.js'

/** What a command reports besides its result: on stderr, and in the JSON document's `warnings`. */
export interface Notices {
  /** Reports a message once, however often it occurs. It becomes one line. */
  warn(message: string): void
  /** In the order they were first reported. */
  readonly all: readonly string[]
}

export const Notices = token<Notices>('Notices')

export class NoticeList implements Notices {
  readonly #said = new Set<string>()

  warn(message: string): void {
    this.#said.add(unbroken(message))
  }

  get all(): readonly string[] {
    return [...this.#said]
  }
}
