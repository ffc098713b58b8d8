import { appendFileSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { JsonlEventLog } from '../../../src/core/log/jsonl-event-log.js'
import { LogFollower } from '../../../src/core/follow/log-follower.js'
import { noteLine, ulid } from '../../support/events.js'
import { tempFolder } from '../../support/temp-folder.js'
import { FileJournal } from '../../../src/core/log/repair/file-journal.js'

function setUp(): { file: string; log: JsonlEventLog; folder: string } {
  const folder = tempFolder()
  mkdirSync(join(folder, 'events'))
  const log = new JsonlEventLog(
    { eventsDir: join(folder, 'events'), errorsDir: join(folder, 'errors') },
    new FileJournal(join(folder, 'journal')),
  )
  return { file: join(folder, 'events', '2026-11-22.jsonl'), log, folder: join(folder, 'events') }
}

function news(tail: LogFollower): string[] {
  return [...tail.news()].flat().flatMap(({ event }) => event?.event_id ?? [])
}

describe("the log's tail", () => {
  it('reads on where it stopped, and never half a line', () => {
    const { file, log } = setUp()
    writeFileSync(file, noteLine(1))
    const tail = new LogFollower(log, [])
    expect(news(tail)).toEqual([ulid(1)])
    expect(news(tail)).toEqual([])
    appendFileSync(file, noteLine(2) + noteLine(3).slice(0, 20))
    expect(news(tail)).toEqual([ulid(2)])
    appendFileSync(file, noteLine(3).slice(20))
    expect(news(tail)).toEqual([ulid(3)])
  })

  it('goes on at midnight with the next day', () => {
    const { file, log, folder } = setUp()
    writeFileSync(file, noteLine(1))
    const tail = new LogFollower(log, [])
    news(tail)
    writeFileSync(join(folder, '2026-11-23.jsonl'), noteLine(2, { timestamp: '2026-11-23T00:00:00.000Z' }))
    expect(news(tail)).toEqual([ulid(2)])
  })

  it.each(['in a new file', 'in place'])(
    'reads a file again that was rewritten %s with lines between the old ones',
    (how) => {
      const { file, log } = setUp()
      writeFileSync(file, noteLine(1) + noteLine(3))
      const tail = new LogFollower(log, [])
      news(tail)
      const merged = noteLine(1) + noteLine(2) + noteLine(3)
      if (how === 'in place') writeFileSync(file, merged)
      else {
        writeFileSync(`${file}.new`, merged)
        renameSync(`${file}.new`, file)
      }
      expect(news(tail)).toContain(ulid(2))
    },
  )

  it('meets again what was taken away and put back', () => {
    const { file, log } = setUp()
    writeFileSync(file, noteLine(1))
    const tail = new LogFollower(log, [])
    news(tail)
    rmSync(file)
    expect(news(tail)).toEqual([])
    writeFileSync(file, noteLine(1) + noteLine(2))
    expect(news(tail)).toEqual([ulid(1), ulid(2)])
  })

  it('begins where an index has read to, unless the file is another one since', () => {
    const { file, log } = setUp()
    writeFileSync(file, noteLine(1) + noteLine(2))
    const scan = log.scan('2026-11-22.jsonl', { offset: 0, line: 0, crc: 0 })
    let step = scan.next()
    while (!step.done) step = scan.next()
    const mark = { file: '2026-11-22.jsonl', ...step.value }
    appendFileSync(file, noteLine(3))
    expect(news(new LogFollower(log, [mark]))).toEqual([ulid(3)])
    expect(news(new LogFollower(log, [{ ...mark, crc: mark.crc + 1 }]))).toEqual([ulid(1), ulid(2), ulid(3)])
  })
})
