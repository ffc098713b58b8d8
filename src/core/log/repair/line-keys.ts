import { linesIn } from '../../files/line-parts.js'
import { crc32 } from '../format/crc32.js'

/** Numbers per line. */
const WIDTH = 2
/** Bytes at the start of a line that hold its ID. */
const FRONT = 64
const LF = 0x0a
const CR = 0x0d

/** Identifies a line by two checksums, one of the whole line and one of its start, both without the line end. */
export function keyOf(line: Buffer): readonly [whole: number, front: number] {
  const text = withoutEnd(line)
  return [crc32(text), crc32(text.subarray(0, FRONT))]
}

/** Returns the keys of a file's lines, in order. @param parts The file, in parts of whole lines. */
export function keysOf(parts: Iterable<Buffer>): Uint32Array {
  const keys: number[] = []
  for (const part of parts)
    for (const line of linesIn(part)) if (line.length > 1 || line[0] !== LF) keys.push(...keyOf(line))
  return Uint32Array.from(keys)
}

/** Lines to find by their keys. */
export class WantedLines {
  readonly #byWhole = new Map<number, { readonly front: number; readonly id: string }[]>()

  constructor(lines: Iterable<{ readonly event_id: string; readonly bytes: Buffer }>) {
    for (const { event_id: id, bytes } of lines) {
      const [whole, front] = keyOf(bytes)
      const others = this.#byWhole.get(whole)
      if (others === undefined) this.#byWhole.set(whole, [{ front, id }])
      else others.push({ front, id })
    }
  }

  /** Adds to `found` the IDs of the wanted lines among these. */
  find(keys: Uint32Array, found: Set<string>): void {
    for (let at = 0; at < keys.length; at += WIDTH) {
      const candidates = this.#byWhole.get(keys[at] ?? 0)
      if (candidates === undefined) continue
      for (const { front, id } of candidates) if (front === keys[at + 1]) found.add(id)
    }
  }
}

function withoutEnd(line: Buffer): Buffer {
  let end = line.length
  while (end > 0 && (line[end - 1] === LF || line[end - 1] === CR)) end -= 1
  return line.subarray(0, end)
}
