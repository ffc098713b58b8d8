import type { crc32 as zlibCrc32 } from 'node:zlib'

/** Below this many bytes, use our own table: loading zlib takes longer. */
const FEW_BYTES = 512 * 1024

let table: Uint32Array | undefined
let seen = 0
let native: typeof zlibCrc32 | undefined

/** Works like zlib's `crc32(bytes, crc)`: continues from `crc`, so that the checksum of a prefix can grow. */
export function crc32(bytes: Uint8Array, crc = 0): number {
  seen += bytes.length
  if (seen > FEW_BYTES) {
    native ??= process.getBuiltinModule('node:zlib').crc32
    return native(bytes, crc)
  }
  table ??= makeTable()
  let rest = ~crc
  // Index by number: iterating over bytes is much slower in a process that has just started.
  for (let at = 0; at < bytes.length; at += 1)
    rest = (rest >>> 8) ^ (table[(rest ^ (bytes[at] ?? 0)) & 0xff] ?? 0)
  return ~rest >>> 0
}

/** The reflected polynomial of ISO 3309, as in zlib's crc32.c. */
function makeTable(): Uint32Array {
  const made = new Uint32Array(256)
  for (let index = 0; index < 256; index += 1) {
    let value = index
    for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1
    made[index] = value
  }
  return made
}
