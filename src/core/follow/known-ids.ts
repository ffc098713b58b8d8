import { parseEventId } from '../events-lib.js'

const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const DIGITS = new Map(Array.from(CROCKFORD, (digit, value) => [digit, value]))
/** An ID is 128 bits. An all-zero slot is free. */
const WORDS = 4
const FIRST_SLOTS = 1024

/** Of this process: the author of a log must not know which IDs share a slot. */
const SEED = Math.floor(Math.random() * 2 ** 32)

/** Spreads 32 bits (the finalizer of MurmurHash3). */
function mixed(word: number): number {
  let hash = Math.imul(word ^ (word >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return hash ^ (hash >>> 16)
}

/**
 * An exact set of event IDs at 22 to 43 bytes per ULID: a stream that runs for weeks keeps every ID it has seen. IDs of
 * other forms, which only other programs write, are kept as text.
 */
export class KnownIds {
  #slots = new Uint32Array(FIRST_SLOTS * WORDS)
  #size = 0
  /** The one ID that looks like a free slot. */
  #hasZero = false
  readonly #id = new Uint32Array(WORDS)
  readonly #others = new Set<string>()

  get size(): number {
    return this.#size + Number(this.#hasZero) + this.#others.size
  }

  has(id: string): boolean {
    if (parseEventId(id) === undefined) return this.#others.has(id)
    return this.#read(id) ? this.#isTaken(this.#find()) : this.#hasZero
  }

  add(id: string): void {
    if (parseEventId(id) === undefined) {
      this.#others.add(id)
      return
    }
    if (!this.#read(id)) {
      this.#hasZero = true
      return
    }
    const at = this.#find()
    if (this.#isTaken(at)) return
    this.#slots.set(this.#id, at)
    this.#size += 1
    if (this.#size * 4 * WORDS > this.#slots.length * 3) this.#grow()
  }

  /** Returns the slot of the ID just read, or the free slot where it belongs. */
  #find(): number {
    const [a = 0, b = 0, c = 0, d = 0] = this.#id
    const slots = this.#slots
    const mask = slots.length / WORDS - 1
    // Other programs choose their ULIDs, too: those that differ in a few bits must not crowd into neighboring slots.
    const hash = mixed(mixed(mixed(mixed(SEED ^ a) ^ b) ^ c) ^ d)
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const at = slot * WORDS
      const isSame = slots[at + 3] === d && slots[at + 2] === c && slots[at + 1] === b && slots[at] === a
      if (isSame || !this.#isTaken(at)) return at
    }
  }

  #isTaken(at: number): boolean {
    const slots = this.#slots
    return ((slots[at] ?? 0) | (slots[at + 1] ?? 0) | (slots[at + 2] ?? 0) | (slots[at + 3] ?? 0)) !== 0
  }

  #grow(): void {
    const old = this.#slots
    this.#slots = new Uint32Array(old.length * 2)
    for (let at = 0; at < old.length; at += WORDS) {
      this.#id.set(old.subarray(at, at + WORDS))
      if (this.#id.some((word) => word !== 0)) this.#slots.set(this.#id, this.#find())
    }
  }

  /** Decodes a ULID: 26 digits of five bits, of which the first has only three. @returns false for the all-zero one */
  #read(id: string): boolean {
    let [a, b, c, d] = [0, 0, 0, 0]
    for (let at = 0; at < id.length; at += 1) {
      a = (a << 5) | (b >>> 27)
      b = (b << 5) | (c >>> 27)
      c = (c << 5) | (d >>> 27)
      d = (d << 5) | (DIGITS.get(id.charAt(at)) ?? 0)
    }
    this.#id.set([a, b, c, d])
    return (a | b | c | d) !== 0
  }
}
