import { join } from 'node:path'
import { FileJournal } from '../../src/core/log/journal.js'
import { JsonlEventLog } from '../../src/core/log/jsonl-event-log.js'
import { tempFolder } from '../support/temp-folder.js'
import { describeEventLog } from './event-log.contract.js'

describeEventLog('the log in JSONL files', () => {
  const root = tempFolder()
  const eventsDir = join(root, 'events')
  const journal = new FileJournal(join(root, 'private', 'journal.jsonl'))
  return { log: new JsonlEventLog({ eventsDir, errorsDir: join(root, 'errors') }, journal), eventsDir }
})
