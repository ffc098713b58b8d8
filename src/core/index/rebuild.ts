import { mkdirSync, renameSync } from 'node:fs'
import { dirname } from 'node:path'
import { isKittyError, systemCode } from '../errors/kitty-error.js'
import type { MergeOptions } from '../events-lib.js'
import type { EventLog } from '../log/event-log.js'
import { catchUp, type CatchUpReport } from './catch-up.js'
import { Connection } from './connection.js'
import { APPLICATION_ID, createSchema, SCHEMA_VERSION } from './data-source.js'
import { IndexUnusable } from './event-index.js'
import type { FileGuard } from '../lock/file-guard.js'
import { foldFingerprint } from './fold-fingerprint.js'
import { newSeal, type Seal, writeSeal } from './seal.js'
import { SqliteEventIndex } from './sqlite-event-index.js'
import { removeDatabase, syncFile, withUnfinishedFile } from './unfinished-file.js'

/**
 * Builds the index anew from the log in a file beside the old one, which stays in use until the new one is whole.
 * @throws IndexUnusable when the new file cannot be written; the old one is untouched then.
 */
export async function rebuildIndex(
  log: EventLog,
  path: string,
  guard: FileGuard,
  progress?: (lines: number) => void,
  foldRules: MergeOptions = {},
): Promise<CatchUpReport> {
  makeFolder(dirname(path))
  try {
    return await withUnfinishedFile(path, async (fresh) => {
      const { report, seal } = await fill(log, fresh, foldRules, progress)
      syncFile(fresh)
      guard.exclusively(() => {
        // What SQLite keeps beside a database belongs to that very file: left behind, it would be replayed into the new one.
        writeSeal(guard.privateDir, seal)
        removeDatabase(path)
        renameSync(fresh, path)
      })
      return report
    })
  } catch (error) {
    throw notBuilt(error)
  }
}

/** The disk's refusals count as the driver's: without a new index the log is read directly. */
function notBuilt(error: unknown): unknown {
  if (isKittyError(error) && (error.kind === 'NotWritable' || error.kind === 'DiskFull'))
    return new IndexUnusable('damaged', `a new index cannot be written (${error.message})`, { cause: error })
  const code = error instanceof IndexUnusable || isKittyError(error) ? undefined : systemCode(error)
  if (code === undefined) return error
  return new IndexUnusable('damaged', `a new index cannot be written (${code})`, { cause: error })
}

async function fill(
  log: EventLog,
  path: string,
  foldRules: MergeOptions,
  progress?: (lines: number) => void,
): Promise<{ report: CatchUpReport; seal: Seal }> {
  await createSchema(path)
  const index = new SqliteEventIndex(await Connection.open(path, 'open'), undefined, foldRules)
  try {
    // Nobody reads this file before it is whole, and a crash leaves nothing that counts.
    await index.sql('PRAGMA journal_mode = OFF')
    await index.sql('PRAGMA synchronous = OFF')
    // Filled first and sorted once, the keys cost a third of what they cost row by row.
    // Of two that promise as much SQLite takes the one made last: those of a few rows come last.
    const keys = await index.sql<{ name: string; sql: string }>(
      `SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = 'event' AND sql IS NOT NULL
       ORDER BY sql LIKE '% WHERE %', rowid`,
    )
    for (const { name } of keys) await index.sql(`DROP INDEX "${name}"`)
    const makeKeys = async (): Promise<void> => {
      for (const { sql } of keys.splice(0)) await index.sql(sql)
    }
    const report = await catchUp(log, index, { progress, filled: makeKeys })
    // A log without files has not been read.
    await makeKeys()
    await index.putFoldFingerprint(foldFingerprint(foldRules))
    const { nonce, id, mac } = newSeal()
    await index.putMark({ id, mac })
    const seal = { nonce, id, mac, schema: await index.schema() }
    await index.sql(`PRAGMA application_id = ${APPLICATION_ID}`)
    await index.sql(`PRAGMA user_version = ${SCHEMA_VERSION}`)
    await index.sql('PRAGMA journal_mode = WAL')
    return { report, seal }
  } finally {
    await index.close()
  }
}

/** A clone of a log without events has no folder for them, nor has a work tree that git has cleaned. */
function makeFolder(path: string): void {
  try {
    mkdirSync(path, { recursive: true })
  } catch (error) {
    // What keeps the folder from being made keeps the file from being opened, which is reported.
    if (systemCode(error) === undefined) throw error
  }
}
