/**
 * Proves that an index was made here. An index that arrives through git looks right in every other way, but its board,
 * claims and watermarks are whatever its author wrote. docs/trust.md, "Derived data".
 */
import { join } from 'node:path'
import { isKittyError } from '../../errors/kitty-error.js'
import { readWhole } from '../../files/open-file.js'
import { replaceFile } from '../../files/replace-file.js'
import { makeFolder } from '../../git/shared-folder.js'
import { IndexUnusable } from '../index-unusable.js'
import { DEFAULT_WORKFLOW, type MergeOptions } from '../../events-lib.js'

/** 'ktty' in ASCII: distinguishes kitty's index from any other SQLite file. */
export const APPLICATION_ID = 0x6b747479
/** Increment this whenever an entity or the meaning of a row changes; an index with another version is rebuilt. */
export const SCHEMA_VERSION = 13

/** The half stored in the index. */
export interface IndexMark {
  /** A random ID of this build of the index. */
  readonly id: string
  /** HMAC-SHA256 of the ID keyed with the nonce, in hex. */
  readonly mac: string
}

/** The half stored in the workspace's private folder, which no clone brings along. */
export interface Seal extends IndexMark {
  readonly nonce: string
  /** Every table, key, view and trigger that this build made, as SQLite stores it: the file may hold nothing else. */
  readonly schema: string
}

/** Makes a new nonce and ID for every build. */
export function newSeal(): Omit<Seal, 'schema'> {
  const { createHmac, randomBytes } = process.getBuiltinModule('node:crypto')
  const [nonce, id] = [randomBytes(32).toString('hex'), randomBytes(16).toString('hex')]
  return { nonce, id, mac: createHmac('sha256', nonce).update(id).digest('hex') }
}

/**
 * Reads the seal from the private folder. Its MAC was computed with the nonce next to it, so comparing the index's MAC
 * with it proves as much as computing it again, and loads nothing.
 * @returns undefined when there is none
 * @throws IndexUnusable `denied` when this user cannot read it: we read the log directly then
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

/** @throws KittyError when the private folder cannot be written */
export function writeSeal(privateDir: string, seal: Seal): void {
  makeFolder(privateDir)
  replaceFile(sealFile(privateDir), Buffer.from(`${JSON.stringify(seal)}\n`), 0o600)
}

function readOrRefuse(path: string): ReturnType<typeof readWhole> {
  try {
    return readWhole(path)
  } catch (error) {
    if (!isKittyError(error)) throw error
    throw new IndexUnusable('denied', error.message, { cause: error })
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

/**
 * The project settings that the index's states depend on, as text to compare: an index with another fingerprint is
 * rebuilt. Moves and guards are not included: they decide what may be written, not what was written.
 */
export function foldFingerprint({
  table = DEFAULT_WORKFLOW,
  statusRule = 'last_writer_wins',
}: MergeOptions): string {
  const aliases = Object.entries(table.aliases ?? {}).sort(([a], [b]) => (a < b ? -1 : 1))
  return JSON.stringify([statusRule, table.initial, table.lanes, table.working, aliases])
}
