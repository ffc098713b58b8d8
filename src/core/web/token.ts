import { randomBytes } from 'node:crypto'

/** Returns 256 random bits, in characters that are safe in an address and a header. */
export function newToken(): string {
  return randomBytes(32).toString('base64url')
}

export function isToken(text: unknown): text is string {
  return typeof text === 'string' && /^[\w-]{43}$/.test(text)
}
