import { join } from 'node:path'
import { afterEach } from 'vitest'
import type { EventIndex } from '../../src/core/index/event-index.js'
import { FileGuard } from '../../src/core/lock/file-guard.js'
import { openIndex, rebuildIndex } from '../../src/core/index/sqlite/sqlite-index.js'
import { JsonlEventLog } from '../../src/core/log/jsonl-event-log.js'
import { tempFolder } from '../support/temp-folder.js'
import { describeEventIndex } from './event-index.contract.js'
import { FileJournal } from '../../src/core/log/repair/file-journal.js'

const open: EventIndex[] = []
afterEach(async () => {
  for (const index of open.splice(0)) await index.close()
})

describeEventIndex('the index in SQLite', async () => {
  const root = tempFolder()
  const path = join(root, 'index.db')
  const guard = new FileGuard(root)
  const folders = { eventsDir: join(root, 'events'), errorsDir: join(root, 'errors') }
  const empty = new JsonlEventLog(folders, new FileJournal(join(root, 'journal.jsonl')))
  await rebuildIndex(empty, path, guard)
  const index = await openIndex(path, guard)
  open.push(index)
  return index
})
