import { token } from '../token.js'

/** What a command should say besides its result: on stderr, and in the JSON document's `warnings`. */
export interface Notices {
  /** Says something once, however often it is met. */
  warn(message: string): void
  /** In the order they were first said. */
  readonly all: readonly string[]
}

export const Notices = token<Notices>('Notices')
