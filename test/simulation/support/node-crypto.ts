/** Stands for `node:crypto` in the program: what is random there comes from the seed. */
import { machine } from './machine.js'

export { createHash } from 'node:crypto'

export function randomBytes(length: number): Buffer {
  return Buffer.from(Array.from({ length }, () => machine().random.below(256)))
}

export function randomUUID(): string {
  return randomBytes(16).toString('hex')
}
