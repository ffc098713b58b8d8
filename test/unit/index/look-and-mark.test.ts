import { appendFileSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { identityOf } from '../../../src/core/files/open-file.js'
import { catchUp } from '../../../src/core/index/ingest/catch-up.js'
import { moveMark, revoked, UNCHECKED } from '../../../src/core/index/journal-mark.js'
import { MemoryEventIndex } from '../../../src/core/index/memory-event-index.js'
import { JsonlEventLog } from '../../../src/core/log/jsonl-event-log.js'
import { FileJournal } from '../../../src/core/log/repair/file-journal.js'
import { note, noteLine } from '../../support/events.js'
import { tempFolder } from '../../support/temp-folder.js'

const CHECKED = { identity: 'journal', offset: 10 }

it('tells a file that grew within one tick of the clock', () => {
  const times = { ino: 1n, birthtimeNs: 1n, mtimeNs: 2n, ctimeNs: 2n }
  expect(identityOf({ ...times, size: 2n })).not.toBe(identityOf({ ...times, size: 1n }))
})

it('takes nothing for checked that another process has doubted since', async () => {
  const index = new MemoryEventIndex()
  await index.putJournalMark(revoked())
  const from = await index.journalMark()
  await index.putJournalMark(revoked())
  expect(await moveMark(index, { from, to: CHECKED })).toBe(false)
  expect(await moveMark(index, { from: await index.journalMark(), to: CHECKED })).toBe(true)
  expect(await index.journalMark()).toEqual(CHECKED)
})

describe('a writer whose lines a reader has taken in first', () => {
  it('vouches for the journal all the same', async () => {
    const { log, index, own } = await taken()
    expect((await catchUp(log, index, { appended: own })).foundOwn).toBe(true)
    expect(await index.journalMark()).toEqual(own.journal.to)
  })

  it('does not when git has replaced the file since', async () => {
    const { log, index, own, path } = await taken()
    const bytes = readFileSync(path)
    writeFileSync(`${path}.new`, bytes)
    renameSync(`${path}.new`, path)
    expect((await catchUp(log, index, { appended: own })).foundOwn).toBe(false)
    expect((await index.journalMark())?.identity).toBe(UNCHECKED.identity)
  })

  it('does not when the reader doubted the journal', async () => {
    const { log, index, own } = await taken()
    await index.putJournalMark(revoked())
    await catchUp(log, index, { appended: own })
    expect((await index.journalMark())?.identity).toBe(UNCHECKED.identity)
  })

  async function taken() {
    const root = tempFolder()
    const eventsDir = join(root, 'events')
    mkdirSync(eventsDir)
    const log = new JsonlEventLog(
      { eventsDir, errorsDir: join(root, 'errors') },
      new FileJournal(join(root, 'journal')),
    )
    const index = new MemoryEventIndex()
    log.append([note(1)])
    await catchUp(log, index)
    await index.putJournalMark(CHECKED)
    const [line] = log.append([note(2)])
    await catchUp(log, index)
    const journal = { from: CHECKED, to: { ...CHECKED, offset: 20 } }
    const own = { file: line?.file ?? '', ids: new Set([note(2).event_id]), journal }
    return { log, index, own, path: join(eventsDir, own.file) }
  }
})

it('makes no state of a part of its events, when git removes a file while they are read', async () => {
  const root = tempFolder()
  const events = join(root, 'events')
  mkdirSync(events)
  const journal = new FileJournal(join(root, 'journal'))
  const log = new JsonlEventLog({ eventsDir: events, errorsDir: join(root, 'errors') }, journal)
  const index = new MemoryEventIndex()
  const [first, second] = [join(events, '2026-11-22.jsonl'), join(events, '2026-11-23.jsonl')]
  const later = note(2, { timestamp: '2026-11-23T10:00:00.000Z' })
  writeFileSync(first, noteLine(1))
  log.append([later])
  await catchUp(log, index)
  // Concurrent with the other two, so that the state is made of all of them; the first file is away for a moment.
  appendFileSync(second, noteLine(3, { timestamp: '2026-11-23T11:00:00.000Z', parents: [] }))
  const away = `${first}.away`
  const readEvents = log.readEvents.bind(log)
  log.readEvents = (places) => {
    renameSync(first, away)
    const found = readEvents(places)
    renameSync(away, first)
    log.readEvents = readEvents
    return found
  }
  await catchUp(log, index)
  const [state] = await index.workPackages()
  expect(state?.event_count).toBe(3)
})
