/**
 * What proves that an index was made here. An index that git carried looks right in every other way: its board, its
 * claims and its watermarks are whatever its author wrote. docs/trust.md, "Derived data".
 */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { isKittyError } from '../errors/kitty-error.js'
import { readWhole } from '../files/open-file.js'
import { replaceFile } from '../files/replace-file.js'
import { IndexUnusable } from './event-index.js'

/** The half that the index holds. */
export interface IndexMark {
  /** Random, of this build of the index. */
  readonly id: string
  /** HMAC-SHA256 of the id with the nonce, in hex. */
  readonly mac: string
}

/** The half in the workspace's private folder, where no clone brings anything. */
export interface Seal extends IndexMark {
  readonly nonce: string
  /** Every table, key, view and trigger that this build made, as SQLite keeps it: nothing else belongs into the file. */
  readonly schema: string
}

/** A nonce and an id of their own for every build. */
export function newSeal(): Omit<Seal, 'schema'> {
  const { createHmac, randomBytes } = process.getBuiltinModule('node:crypto')
  const [nonce, id] = [randomBytes(32).toString('hex'), randomBytes(16).toString('hex')]
  return { nonce, id, mac: createHmac('sha256', nonce).update(id).digest('hex') }
}

/**
 * The seal as the private folder holds it. Its MAC was computed with the nonce next to it, so comparing the index's with
 * it proves as much as computing it again, and loads nothing.
 * @returns undefined where there is none
 * @throws IndexUnusable `unavailable` where this user cannot read it: the log is read directly then
 */
export function readSeal(privateDir: string): Seal | undefined {
  const whole = readOrRefuse(sealFile(privateDir))
  if (whole === undefined) return undefined
  try {
    const value: unknown = JSON.parse(whole.bytes.toString('utf8'))
    return isSeal(value) ? value : undefined
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    return undefined
  }
}

/** @throws KittyError where the private folder cannot be written */
export function writeSeal(privateDir: string, seal: Seal): void {
  mkdirSync(privateDir, { recursive: true })
  replaceFile(sealFile(privateDir), Buffer.from(`${JSON.stringify(seal)}\n`), 0o600)
}

function readOrRefuse(path: string): ReturnType<typeof readWhole> {
  try {
    return readWhole(path)
  } catch (error) {
    if (!isKittyError(error)) throw error
    throw new IndexUnusable('unavailable', error.message, { cause: error })
  }
}

function sealFile(privateDir: string): string {
  return join(privateDir, 'index-seal.json')
}

function isSeal(value: unknown): value is Seal {
  return (
    typeof value === 'object' &&
    value !== null &&
    ['id', 'mac', 'nonce', 'schema'].every((key) => typeof Reflect.get(value, key) === 'string')
  )
}
