import { randomBytes } from 'node:crypto'

/** 256 random bits, in letters that an address and a header may hold. */
export function newToken(): string {
  return randomBytes(32).toString('base64url')
}

export function isToken(text: unknown): text is string {
  return typeof text === 'string' && /^[\w-]{43}$/.test(text)
}
