/**
 * Many short texts, looked up by owner. Holds them outside of the JavaScript heap, which grows to several times what
 * lives in it.
 */
export class LinesByOwner {
  readonly #parts: Buffer[] = []
  /** For each text of an owner: part, start, end. */
  readonly #places = new Map<string, number[]>()

  /** Adds texts after those that are there. */
  add(lines: readonly { readonly owner: string; readonly text: string }[]): void {
    const part = this.#parts.length
    const texts: Buffer[] = []
    let at = 0
    for (const { owner, text } of lines) {
      const bytes = Buffer.from(text)
      const known = this.#places.get(owner)
      if (known === undefined) this.#places.set(owner, [part, at, at + bytes.length])
      else known.push(part, at, at + bytes.length)
      texts.push(bytes)
      at += bytes.length
    }
    this.#parts.push(Buffer.concat(texts))
  }

  get owners(): string[] {
    return [...this.#places.keys()]
  }

  /** An owner's texts, in the order in which they came. */
  of(owner: string): string[] {
    const places = this.#places.get(owner) ?? []
    const texts: string[] = []
    for (let at = 0; at < places.length; at += 3)
      texts.push(this.#parts[places[at] ?? 0]?.toString('utf8', places[at + 1], places[at + 2]) ?? '')
    return texts
  }
}
