import { renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { catchUp } from '../../../src/core/index/ingest/catch-up.js'
import { MemoryEventIndex } from '../../../src/core/index/memory-event-index.js'
import type { LogFile } from '../../../src/core/log/event-log.js'
import { JsonlEventLog } from '../../../src/core/log/jsonl-event-log.js'
import { note, noteLine, ulid } from '../../support/events.js'
import { tempFolder } from '../../support/temp-folder.js'
import { FileJournal } from '../../../src/core/log/repair/file-journal.js'

const DAY = '2026-11-22.jsonl'

/** A log whose file is replaced once, right after one of these looks at it. */
class ReplacedLog extends JsonlEventLog {
  replacement: string | undefined
  after: 'list' | 'prefixCrc' = 'list'

  constructor(private readonly root: string) {
    super(
      { eventsDir: join(root, 'events'), errorsDir: join(root, 'errors') },
      new FileJournal(join(root, 'journal')),
    )
  }

  override list(): LogFile[] {
    const files = super.list()
    this.#replace('list')
    return files
  }

  override find(name: string): LogFile | undefined {
    const file = super.find(name)
    this.#replace('list')
    return file
  }

  override prefixCrc(file: string, length: number): number | undefined {
    const crc = super.prefixCrc(file, length)
    this.#replace('prefixCrc')
    return crc
  }

  #replace(after: 'list' | 'prefixCrc'): void {
    if (this.replacement === undefined || this.after !== after) return
    this.replaceBy(this.replacement)
    this.replacement = undefined
  }

  replaceBy(lines: string): void {
    writeFileSync(join(this.root, 'events', 'git.tmp'), lines)
    renameSync(join(this.root, 'events', 'git.tmp'), join(this.root, 'events', DAY))
  }
}

async function idsIn(index: MemoryEventIndex): Promise<string[]> {
  return (await index.locate({})).map((row) => row.event_id)
}

describe('a file that git replaces between being looked at and being read', () => {
  it('is read as it is, and the line that went with the old one does not count as being in the log', async () => {
    const log = new ReplacedLog(tempFolder())
    const index = new MemoryEventIndex()
    log.append([note(1)])
    await catchUp(log, index)
    log.append([note(2)])
    log.replacement = noteLine(3) + noteLine(4)
    const to = { identity: 'journal', offset: 1 }
    const journal = { from: await index.journalMark(), to }
    await catchUp(log, index, { appended: { file: DAY, ids: new Set([ulid(2)]), journal } })
    expect(await idsIn(index)).toEqual([ulid(3), ulid(4)])
    expect(await index.journalMark()).not.toEqual(to)
  })

  it('is not taken for the own append when it holds another line of the same length in its place', async () => {
    const log = new ReplacedLog(tempFolder())
    const index = new MemoryEventIndex()
    log.append([note(1)])
    await catchUp(log, index)
    log.append([note(2)])
    expect(noteLine(2)).toHaveLength(noteLine(3).length)
    log.replaceBy(noteLine(1) + noteLine(3))
    const to = { identity: 'journal', offset: 1 }
    const journal = { from: await index.journalMark(), to }
    const report = await catchUp(log, index, { appended: { file: DAY, ids: new Set([ulid(2)]), journal } })
    expect(report.foundOwn).toBe(false)
    expect(await index.journalMark()).not.toEqual(to)
  })

  it('is read from its start when the reader wanted only what had been appended', async () => {
    const log = new ReplacedLog(tempFolder())
    const index = new MemoryEventIndex()
    log.append([note(1)])
    await catchUp(log, index)
    log.append([note(2)])
    log.after = 'prefixCrc'
    log.replacement = noteLine(3) + noteLine(4)
    await catchUp(log, index)
    expect(await idsIn(index)).toEqual([ulid(3), ulid(4)])
  })
})
