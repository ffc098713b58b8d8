import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { isKittyError, systemCode } from '../../errors/kitty-error.js'
import type { MergeOptions } from '../../events-lib.js'
import type { EventLog } from '../../log/event-log.js'
import { catchUp, type CatchUpOptions, type CatchUpReport } from '../ingest/catch-up.js'
import { Connection } from './connection.js'
import { createSchema } from './data-source.js'
import { IndexUnusable } from '../index-unusable.js'
import type { FileGuard } from '../../lock/file-guard.js'
import { APPLICATION_ID, foldFingerprint, newSeal, SCHEMA_VERSION, type Seal, writeSeal } from './seal.js'
import { SqliteEventIndex } from './sqlite-event-index.js'
import { createFile, removeDatabase, syncFile, withUnfinishedFile } from './unfinished-file.js'
import { renameOver } from '../../platform/rename-over.js'

/**
 * Rebuilds the index from the log in a new file next to the old one, which stays in use until the new one is complete.
 * @throws IndexUnusable when the new file cannot be written; the old one is untouched then
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
      createFile(fresh)
      const { report, seal } = await build(log, fresh, foldRules, progress)
      syncFile(fresh)
      guard.exclusively(() => {
        // SQLite's side files belong to the old database: if left behind, they would be replayed into the new one.
        writeSeal(guard.privateDir, seal)
        removeDatabase(path)
        renameOver(fresh, path)
      })
      return report
    })
  } catch (error) {
    throw notBuilt(error)
  }
}

/** A disk error counts as a driver error: without a new index, we read the log directly. */
function notBuilt(error: unknown): unknown {
  if (isKittyError(error) && (error.kind === 'NotWritable' || error.kind === 'DiskFull'))
    return new IndexUnusable(
      'damaged',
      `a new index cannot be written (${error.message.replace(/\.$/, '')})`,
      {
        cause: error,
      },
    )
  const code = error instanceof IndexUnusable || isKittyError(error) ? undefined : systemCode(error)
  if (code === undefined) return error
  return new IndexUnusable('damaged', `a new index cannot be written (${code})`, { cause: error })
}

/** How an index is filled, and what becomes of it. */
export interface FillOptions {
  readonly progress?: CatchUpOptions['progress']
  readonly seen?: CatchUpOptions['seen']
  /** Keys of the event table to do without: no question of the caller's needs them. */
  readonly withoutKeys?: readonly string[]
  /** Called once the index is closed. */
  readonly released?: (() => void) | undefined
}

/**
 * The key whose entries a log spreads over all of it: sorting them once, after the rows, takes a fraction of the time. The
 * other keys grow at their end, or in a few places, as the log does: SQLite makes them along with the rows, while it would
 * be waiting for the next ones.
 */
const SPREAD_KEY = 'event_entity'

/**
 * Creates an index at a path where there is none, and reads the whole log into it. A crash leaves nothing worth keeping:
 * SQLite keeps no journal.
 * @returns the index, still open
 */
export async function fillIndex(
  log: EventLog,
  path: string,
  foldRules: MergeOptions,
  { progress, seen, withoutKeys = [], released }: FillOptions = {},
): Promise<{ report: CatchUpReport; index: SqliteEventIndex }> {
  await createSchema(path)
  const index = new SqliteEventIndex(await Connection.open(path, 'open'), released, foldRules)
  try {
    await index.relinquishSafety()
    // The partial keys come last too: between two equally good keys SQLite picks the one made last.
    const atTheEnd = await index.sql<{ name: string; sql: string }>(
      `SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = 'event'
       AND (name = '${SPREAD_KEY}' OR sql LIKE '% WHERE %') ORDER BY name = '${SPREAD_KEY}' DESC, rowid`,
    )
    const late = atTheEnd.filter(({ name }) => !withoutKeys.includes(name))
    for (const name of [...withoutKeys, ...late.map((key) => key.name)])
      await index.sql(`DROP INDEX "${name}"`)
    const makeKeys = async (): Promise<void> => {
      for (const { sql } of late.splice(0)) await index.sql(sql)
    }
    const report = await catchUp(log, index, { progress, seen, filled: makeKeys })
    // An empty log never calls `filled`.
    await makeKeys()
    return { report, index }
  } catch (error) {
    await index.close()
    throw error
  }
}

/** Fills the index and makes it one that later commands accept. */
async function build(
  log: EventLog,
  path: string,
  foldRules: MergeOptions,
  progress?: (lines: number) => void,
): Promise<{ report: CatchUpReport; seal: Seal }> {
  const { report, index } = await fillIndex(log, path, foldRules, { progress })
  try {
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

/** Neither a clone of an empty log nor a work tree cleaned by git has a folder for the index. */
function makeFolder(path: string): void {
  try {
    mkdirSync(path, { recursive: true })
  } catch {
    // Creating the file fails for the same reason and reports it.
  }
}
