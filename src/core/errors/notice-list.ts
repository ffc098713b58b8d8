import type { Notices } from './notices.js'

export class NoticeList implements Notices {
  readonly #said = new Set<string>()

  warn(message: string): void {
    this.#said.add(message)
  }

  get all(): readonly string[] {
    return [...this.#said]
  }
}
