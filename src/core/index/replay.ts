import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isKittyError, systemCode } from '../errors/kitty-error.js'
import type { MergeOptions } from '../events-lib.js'
import type { EventLog } from '../log/event-log.js'
import { IS_WINDOWS } from '../platform/system.js'
import { catchUp, type CatchUpOptions } from './ingest/catch-up.js'
import type { EventIndex } from './event-index.js'
import { IndexUnusable } from './index-unusable.js'
import { MemoryEventIndex } from './memory-event-index.js'
import type * as rebuild from './sqlite/rebuild.js'
import { removeTree } from '../platform/remove-path.js'

/** Bytes of log. Below this, loading TypeORM takes longer than reading the log into memory saves. */
const SMALL = 8 * 1024 * 1024

/** Keys of an event's type and day, which only commands that list events need. Making them takes a twelfth of the time. */
const WITHOUT_KEYS = ['event_type_clock', 'event_date']

/**
 * Builds an index from the log for this process alone, to compare with what is stored. A large log goes into a temporary
 * SQLite file, so that the log's size does not decide how much memory this takes. Without SQLite, or without room for
 * the file, it goes into memory.
 * @param seen gets every line as it is read; some lines twice
 */
export async function replay(
  log: EventLog,
  foldRules: MergeOptions,
  loadSqlite: () => Promise<Pick<typeof rebuild, 'fillIndex'>>,
  seen?: CatchUpOptions['seen'],
): Promise<EventIndex> {
  const bytes = log.list().reduce((sum, { size }) => sum + size, 0)
  const inFile = bytes > SMALL ? await replayIntoFile(log, foldRules, loadSqlite, seen) : undefined
  if (inFile !== undefined) return inFile
  const inMemory = new MemoryEventIndex(foldRules)
  await catchUp(log, inMemory, { seen })
  return inMemory
}

async function replayIntoFile(
  log: EventLog,
  foldRules: MergeOptions,
  loadSqlite: () => Promise<Pick<typeof rebuild, 'fillIndex'>>,
  seen: CatchUpOptions['seen'],
): Promise<EventIndex | undefined> {
  let folder: string | undefined
  const remove = (): void => {
    if (folder !== undefined) removeTree(folder)
  }
  try {
    const { fillIndex } = await loadSqlite()
    folder = mkdtempSync(join(tmpdir(), 'kitty-replay-'))
    const path = join(folder, 'index.db')
    const options = { released: remove, seen, withoutKeys: WITHOUT_KEYS }
    const { index } = await fillIndex(log, path, foldRules, options)
    // An open file needs no name, and nothing is left behind however this process ends.
    if (!IS_WINDOWS) remove()
    return index
  } catch (error) {
    remove()
    if (!(error instanceof IndexUnusable) && !isKittyError(error) && systemCode(error) === undefined)
      throw error
    // Memory can do what this file could not. If the log itself cannot be read, that fails there again and says why.
    return undefined
  }
}
