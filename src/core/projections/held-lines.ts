/** Bytes per block: far more than the longest line of a log. */
const BLOCK_BYTES = 1024 * 1024

/** Many lines, in blocks outside of the JavaScript heap, which grows to several times what lives in it. */
export class HeldLines {
  readonly #blocks: Buffer[] = []
  readonly #starts: number[] = []
  readonly #ends: number[] = []
  #filled = BLOCK_BYTES

  /** How many lines there are. */
  get size(): number {
    return this.#starts.length
  }

  /** @returns the line's number, from 0 on */
  add(line: Buffer): number {
    if (this.#filled + line.length > BLOCK_BYTES) {
      this.#blocks.push(Buffer.allocUnsafeSlow(Math.max(BLOCK_BYTES, line.length)))
      this.#filled = 0
    }
    const block = this.#blocks.length - 1
    this.#blocks[block]?.set(line, this.#filled)
    this.#starts.push(block * BLOCK_BYTES + this.#filled)
    this.#filled += line.length
    this.#ends.push(block * BLOCK_BYTES + this.#filled)
    return this.size - 1
  }

  /** A view of the line's bytes. */
  of(number: number): Buffer {
    const [start = 0, end = 0] = [this.#starts[number], this.#ends[number]]
    const block = Math.floor(start / BLOCK_BYTES)
    const from = block * BLOCK_BYTES
    return (this.#blocks[block] ?? Buffer.alloc(0)).subarray(start - from, end - from)
  }
}
