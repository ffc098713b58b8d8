import { Connection } from './connection.js'
import { APPLICATION_ID, SCHEMA_VERSION } from './data-source.js'
import { type EventIndex, IndexUnusable } from './event-index.js'
import { foldFingerprint } from './fold-fingerprint.js'
import type { MergeOptions } from '../events-lib.js'
import type { FileGuard } from '../lock/file-guard.js'
import { SqliteEventIndex } from './sqlite-event-index.js'

export { rebuildIndex } from './rebuild.js'

/**
 * Opens the index that is there.
 * @throws IndexUnusable when it is no index of this version or of these rules, or SQLite will not open it.
 */
export async function openIndex(
  path: string,
  guard: FileGuard,
  foldRules: MergeOptions = {},
): Promise<EventIndex> {
  const release = guard.shared()
  try {
    const index = new SqliteEventIndex(await Connection.open(path, 'open'), release, foldRules)
    try {
      await prepare(index)
      return index
    } catch (error) {
      await index.close().catch(() => undefined)
      throw error
    }
  } catch (error) {
    release()
    throw error
  }
}

async function prepare(index: SqliteEventIndex): Promise<void> {
  const found = await index.origin()
  if (found.application !== APPLICATION_ID)
    throw new IndexUnusable('damaged', 'the file was not an index of kitty')
  if (found.schema !== SCHEMA_VERSION)
    throw new IndexUnusable(
      'damaged',
      `it had schema version ${found.schema}, this kitty uses ${SCHEMA_VERSION}`,
    )
  if (found.fold !== foldFingerprint(index.foldRules))
    throw new IndexUnusable(
      'damaged',
      'it was built for other lanes or another merge rule than are configured now',
    )
}
