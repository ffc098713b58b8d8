import { readSync } from 'node:fs'

const CHUNK_BYTES = 1024 * 1024
const LF = 0x0a

export interface LineBounds {
  readonly shortest: number
  readonly longest: number
}

/**
 * The lines of an open file whose length is within the bounds, in bytes, newline included, and what follows the last
 * newline. Holds those and one chunk, however long the other lines are.
 */
export function boundedLines(fd: number, { shortest, longest }: LineBounds): Buffer {
  const kept: Buffer[] = []
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES)
  let held = Buffer.alloc(0)
  let isSkipping = false
  for (let at = 0; ;) {
    const read = readSync(fd, chunk, 0, CHUNK_BYTES, at)
    if (read === 0) break
    at += read
    for (let start = 0; start < read;) {
      const newline = chunk.subarray(0, read).indexOf(LF, start)
      const end = newline < 0 ? read : newline + 1
      if (!isSkipping) held = Buffer.concat([held, chunk.subarray(start, end)])
      if (held.length > longest) isSkipping = true
      if (isSkipping) held = Buffer.alloc(0)
      if (newline >= 0) {
        if (!isSkipping && held.length >= shortest) kept.push(held)
        held = Buffer.alloc(0)
        isSkipping = false
      }
      start = end
    }
  }
  return Buffer.concat([...kept, held])
}
