import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { JsonlEventLog } from '../../src/core/log/jsonl-event-log.js'
import { eventLogContract } from '../../src/core/plugin/testing/event-log-contract.js'
import { tempFolder } from '../support/temp-folder.js'
import { FileJournal } from '../../src/core/log/repair/file-journal.js'

describe('the log in JSONL files', () => {
  const promises = eventLogContract(() => {
    const root = tempFolder()
    const eventsDir = join(root, 'events')
    const journal = new FileJournal(join(root, 'private', 'journal.jsonl'))
    return { log: new JsonlEventLog({ eventsDir, errorsDir: join(root, 'errors') }, journal), eventsDir }
  })
  for (const { name, check } of promises) it(name, check)
})

it('opens nothing but its own files, whatever a damaged index names', () => {
  const root = tempFolder()
  const journal = new FileJournal(join(root, 'private', 'journal.jsonl'))
  const log = new JsonlEventLog({ eventsDir: root, errorsDir: join(root, 'errors') }, journal)
  for (const file of ['../../README.md', '\0', ''])
    expect(log.readEvents([{ file, offset: 0, length: 10 }])).toEqual([undefined])
})
