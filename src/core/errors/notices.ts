/** What a command should say besides its result: on stderr, and in the JSON document's `warnings`. */
export class Notices {
  readonly #said = new Set<string>()

  /** Says something once, however often it is met. */
  warn(message: string): void {
    this.#said.add(message)
  }

  get all(): readonly string[] {
    return [...this.#said]
  }
}
