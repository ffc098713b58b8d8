import { Connection } from './connection.js'
import type { EventIndex } from '../event-index.js'
import { IndexUnusable } from '../index-unusable.js'
import { APPLICATION_ID, foldFingerprint, readSeal, SCHEMA_VERSION, type Seal } from './seal.js'
import type { MergeOptions } from '../../events-lib.js'
import type { FileGuard } from '../../lock/file-guard.js'
import { SqliteEventIndex } from './sqlite-event-index.js'

export { fillIndex, rebuildIndex } from './rebuild.js'

/**
 * Opens the existing index.
 * @throws IndexUnusable when it is not an index of this version and these rules, or SQLite cannot open it
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
      await prepare(index, guard.privateDir)
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

/** The order matters: trust nothing in the file before its schema is checked, since any table may be a view. */
async function prepare(index: SqliteEventIndex, privateDir: string): Promise<void> {
  const found = await index.origin()
  if (found.application !== APPLICATION_ID)
    throw new IndexUnusable('damaged', 'the file was not an index of kitty')
  if (found.schema !== SCHEMA_VERSION)
    throw new IndexUnusable(
      'damaged',
      `it had schema version ${found.schema}, this kitty uses ${SCHEMA_VERSION}`,
    )
  const seal = readSeal(privateDir)
  if (seal === undefined) throw new IndexUnusable('damaged', NOT_OURS)
  if ((await index.schema()) !== seal.schema)
    throw new IndexUnusable('damaged', 'it holds other tables, views or triggers than kitty makes')
  const { fold, mark } = await index.build()
  if (!isMarkOf(mark, seal)) throw new IndexUnusable('damaged', NOT_OURS)
  if (fold !== foldFingerprint(index.foldRules))
    throw new IndexUnusable(
      'damaged',
      'it was built for other lanes or another merge rule than are configured now',
    )
}

const NOT_OURS = 'it was not made in this clone'

function isMarkOf(mark: unknown, { id, mac }: Seal): boolean {
  return (
    typeof mark === 'object' &&
    mark !== null &&
    Reflect.get(mark, 'id') === id &&
    Reflect.get(mark, 'mac') === mac
  )
}
