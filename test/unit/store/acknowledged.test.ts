import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { MemoryEventIndex } from '../../../src/core/index/memory-event-index.js'
import { rowOf } from '../../../src/core/index/index-row.js'
import { FileArchive } from '../../../src/core/log/archive/archive.js'
import type { RawLine } from '../../../src/core/log/event-log.js'
import { FileJournal } from '../../../src/core/log/repair/file-journal.js'
import { Acknowledged, ARCHIVE_AT } from '../../../src/core/store/acknowledged.js'
import type { Workspace } from '../../../src/core/workspace/workspace.js'
import { note, noteLine, ulid } from '../../support/events.js'
import { testSession } from '../../support/session.js'
import { tempFolder } from '../../support/temp-folder.js'
import { TempRepository } from '../../support/temp-repository.js'

function line(seed: number, length = 0): RawLine {
  const changes = { payload: { feature_slug: '001-login', text: 'x'.repeat(length) } }
  const { event_id, timestamp } = note(seed)
  return { event_id, timestamp, bytes: Buffer.from(noteLine(seed, changes)) }
}

describe('what a clone has acknowledged', () => {
  let root: string
  let journal: FileJournal
  let archive: FileArchive
  let acknowledged: Acknowledged

  const over = (folder: string): void => {
    root = folder
    journal = new FileJournal(join(root, 'journal.jsonl'))
    archive = new FileArchive(join(root, 'archive'))
    const workspace = { root, eventsDir: join(root, '.kittify', 'events') } as Workspace // what it asks for
    const session = testSession({ cwd: root, now: () => new Date('2026-11-24T23:59:00.000Z') })
    acknowledged = new Acknowledged(journal, archive, workspace, session)
  }

  beforeEach(() => over(tempFolder()))

  const archived = async (): Promise<string[]> => [...(await acknowledged.ids([]))]
  const inJournal = (): string[] => journal.read().lines.map(({ event_id }) => event_id)
  const write = (...lines: RawLine[]): void => {
    for (const one of lines) journal.append({ id: `command of ${one.event_id}`, lines: [one.bytes] })
  }

  it('is an empty archive before a clone’s first write', async () => {
    await acknowledged.begin()
    expect(archive.exists()).toBe(true)
    expect(await archived()).toEqual([])
  })

  it('begins with the lines of HEAD where the journal is an earlier kitty’s', async () => {
    const repository = new TempRepository()
    repository.write('.kittify/events/2026-11-22.jsonl', noteLine(1))
    repository.commitAll('an event')
    over(repository.root)
    write(line(2))
    await acknowledged.begin()
    expect(await archived()).toEqual([ulid(1)])
    repository.write('.kittify/events/2026-11-22.jsonl', noteLine(1) + noteLine(3))
    repository.commitAll('another')
    await acknowledged.begin()
    expect(await archived()).toEqual([ulid(1)])
  })

  it('does not begin while git does not answer: the journal keeps everything', async () => {
    write(line(1))
    await acknowledged.begin()
    expect(archive.exists()).toBe(false)
    expect(await acknowledged.archiveOldest()).toBe(false)
  })

  it('says what keeps it from beginning, if that is not git', async () => {
    archive = new FileArchive(join(root, 'file', 'archive'))
    writeFileSync(join(root, 'file'), '')
    const session = testSession({ cwd: root })
    const workspace = { root, eventsDir: join(root, '.kittify', 'events') } as Workspace // what it asks for
    const failing = new Acknowledged(journal, archive, workspace, session)
    await expect(failing.begin()).rejects.toThrow()
  })

  it('is set aside where it is damaged', async () => {
    await acknowledged.add([line(1)])
    expect(await acknowledged.mend()).toBe(false)
    writeFileSync(join(root, 'archive', '2026-01-05.jsonl.gz'), 'what a broken disk left of a day')
    expect(await acknowledged.mend()).toBe(true)
  })

  it('grows by lines that are added, and by none where there are none', async () => {
    await acknowledged.add([])
    expect(archive.exists()).toBe(false)
    await acknowledged.add([line(1), line(2)])
    expect(await archived()).toEqual([ulid(1), ulid(2)])
    expect((await archive.days()).map(({ day }) => day)).toEqual(['2026-11-24'])
    expect(await acknowledged.ids([line(7)])).toEqual(new Set([ulid(7), ulid(1), ulid(2)]))
  })

  it('is missing where the index lacks it', async () => {
    await acknowledged.add([line(1), line(2)])
    const index = new MemoryEventIndex()
    await index.insert([rowOf(note(1), { file: '2026-11-22.jsonl', line: 1, offset: 0, length: 9 })])
    expect(await acknowledged.missing(index)).toEqual([line(2)])
  })

  describe('moves from an oversized journal to the archive', () => {
    const PART = ARCHIVE_AT / 8
    /** A line of this many bytes. */
    const sized = (seed: number, bytes: number): RawLine => line(seed, bytes - line(seed).bytes.length)

    it('without the youngest half of it', async () => {
      await acknowledged.begin()
      const lines = Array.from({ length: 9 }, (_, at) => sized(at + 1, PART))
      write(...lines)
      expect(acknowledged.isJournalOversized()).toBe(true)
      expect(await acknowledged.archiveOldest()).toBe(true)
      expect(await archived()).toEqual([1, 2, 3, 4, 5].map(ulid))
      expect(inJournal()).toEqual([6, 7, 8, 9].map(ulid))
      expect((await archive.days()).map(({ day }) => day)).toEqual(['2026-11-24'])
    })

    it('with the lines that have been read already', async () => {
      await acknowledged.begin()
      write(...Array.from({ length: 9 }, (_, at) => sized(at + 1, PART)))
      expect(await acknowledged.archiveOldest(journal.read().lines.slice(0, 6))).toBe(true)
      expect(await archived()).toEqual([1, 2].map(ulid))
    })

    it('not before it is too large, and not without an archive', async () => {
      write(sized(1, PART))
      await archive.begin([], '2026-11-24')
      expect([acknowledged.isJournalOversized(), await acknowledged.archiveOldest()]).toEqual([false, false])
      over(tempFolder())
      write(...Array.from({ length: 9 }, (_, at) => sized(at + 1, PART)))
      expect([acknowledged.isJournalOversized(), await acknowledged.archiveOldest()]).toEqual([true, false])
      expect(inJournal()).toHaveLength(9)
    })
  })
})
