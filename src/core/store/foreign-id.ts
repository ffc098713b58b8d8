import { createHash } from 'node:crypto'

const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

/**
 * Builds a ULID that depends only on its arguments: 48 bits of time, then 80 bits of SHA-256 of the text.
 * @param at RFC 3339 with milliseconds, not before 1970
 */
export function ulidOf(at: string, text: string): string {
  return ulidAt(Date.parse(at), createHash('sha256').update(text).digest())
}

/**
 * @param time milliseconds since 1970
 * @param hash ten bytes or more
 */
export function ulidAt(time: number, hash: Uint8Array): string {
  let head = ''
  for (let rest = time, at = 0; at < 10; at += 1, rest = Math.floor(rest / 32))
    head = `${CROCKFORD.charAt(rest % 32)}${head}`
  let [tail, bits, pending] = ['', 0, 0]
  for (const byte of hash.subarray(0, 10)) {
    pending = (pending << 8) | byte
    for (bits += 8; bits >= 5; bits -= 5) tail += CROCKFORD.charAt((pending >> (bits - 5)) & 31)
    pending &= (1 << bits) - 1
  }
  return `${head}${tail}`
}
