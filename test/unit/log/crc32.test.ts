import { randomUUID } from 'node:crypto'
import { crc32 as zlibCrc32 } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { crc32 } from '../../../src/core/log/format/crc32.js'

/** The module as a new process has it. */
async function newlyLoaded(): Promise<{ crc32: typeof crc32 }> {
  const path = `../../../src/core/log/format/crc32.js?${randomUUID()}`
  return (await import(path)) as { crc32: typeof crc32 } // the same module, which TypeScript does not find by this path
}

describe('crc32', () => {
  it('is zlib’s, and that of a whole is continued from that of its front part', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.uint8Array(), (front, rest) => {
        const whole = Buffer.concat([front, rest])
        expect(crc32(whole)).toBe(zlibCrc32(whole))
        expect(crc32(rest, crc32(front))).toBe(crc32(whole))
      }),
    )
  })

  it('is the same for bytes of any length', () => {
    const bytes = Buffer.alloc(800_000, 'kitty')
    for (const length of [0, 1, 255, 524_288, 524_289, 800_000]) {
      const part = bytes.subarray(0, length)
      expect(crc32(part)).toBe(zlibCrc32(part))
      expect(crc32(bytes.subarray(length), crc32(part))).toBe(zlibCrc32(bytes))
    }
  })

  it('is zlib’s in a process that has just started, which does without zlib', async () => {
    const started = await newlyLoaded()
    const everyByte = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))
    for (const bytes of [Buffer.alloc(0), Buffer.from('kitty'), everyByte])
      expect(started.crc32(bytes)).toBe(zlibCrc32(bytes))
    const front = started.crc32(everyByte.subarray(0, 99))
    expect(started.crc32(everyByte.subarray(99), front)).toBe(zlibCrc32(everyByte))
  })
})
