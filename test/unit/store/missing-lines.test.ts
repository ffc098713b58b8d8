import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createRegistry } from '../../../src/core/events-lib.js'
import type { EventIndex } from '../../../src/core/index/event-index.js'
import { JsonlEventLog } from '../../../src/core/log/jsonl-event-log.js'
import { FileJournal } from '../../../src/core/log/repair/file-journal.js'
import { DAILY_FILES } from '../../../src/core/log/format/day-file.js'
import { missingFrom, missingFromLog } from '../../../src/core/store/missing-lines.js'
import { note, noteLine, ulid } from '../../support/events.js'
import { PlainLog } from '../../support/plain-log.js'
import { tempFolder } from '../../support/temp-folder.js'

/** An index on disk that lacks the event for so many questions, and says that it is up to date. */
function lacking(times: number): EventIndex {
  let asked = 0
  return {
    kind: 'sqlite',
    absent: async (ids: readonly string[]) => ((asked += 1) <= times ? [...ids] : []),
    freshness: async () => ({ isUpToDate: true }),
  } as unknown as EventIndex // what the look calls
}

describe('a line that the files hold and the index lacks', () => {
  const look = (index: EventIndex): Promise<unknown> => {
    const root = tempFolder()
    const eventsDir = join(root, 'events')
    mkdirSync(eventsDir)
    writeFileSync(join(eventsDir, `${note(1).timestamp.slice(0, 10)}.jsonl`), noteLine(1))
    const journal = new FileJournal(join(root, 'journal.jsonl'))
    const folders = { eventsDir, errorsDir: join(root, 'errors') }
    const log = new JsonlEventLog(
      folders,
      journal,
      () => DAILY_FILES,
      () => undefined,
      createRegistry(),
    )
    const { event_id, timestamp } = note(1)
    return missingFromLog(
      [{ event_id, timestamp, bytes: Buffer.from(noteLine(1)) }],
      index,
      log,
      async () => undefined,
    )
  }

  it('is found when the index is asked again: a reader has caught up in between', async () => {
    expect(await look(lacking(1))).toEqual([])
  })

  it('counts as damage when the index still lacks it', async () => {
    await expect(look(lacking(2))).rejects.toMatchObject({
      reason: 'damaged',
      message: 'it lacked events that are in the log',
    })
  })
})

describe('lines that the index lacks', () => {
  const line = (seed: number, timestamp: string = note(seed).timestamp) => ({
    event_id: ulid(seed),
    timestamp,
    bytes: Buffer.from(noteLine(seed)),
  })

  it('are those whose events it has not read', async () => {
    const made = new PlainLog()
    await made.add(note(1, { parents: [] }))
    expect(await missingFrom(made.index, [line(1), line(2)])).toEqual([line(2)])
    expect(await missingFrom(made.index, [])).toEqual([])
  })

  it('are missing at the first look where the files of their days lack them too', async () => {
    const made = new PlainLog()
    made.log.append([note(1, { parents: [] })])
    const index = { ...lacking(9), freshness: () => Promise.reject(new Error('it is not asked')) }
    const look = (...lines: ReturnType<typeof line>[]) =>
      missingFromLog(lines, index, made.log, async () => undefined)
    expect(await look(line(2))).toEqual([line(2)])
    expect(await look(line(1, '2026-11-23T09:30:00.000Z'))).toHaveLength(1)
  })

  it('are missing at the first look of an index in memory, which is never damaged', async () => {
    const made = new PlainLog()
    made.log.append([note(1, { parents: [] })])
    expect(await missingFromLog([line(1)], made.index, made.log, async () => undefined)).toEqual([line(1)])
  })

  it('are in the files where one of the lines there is one of them', async () => {
    const made = new PlainLog()
    made.log.append([note(1, { parents: [] }), note(2, { parents: [] })])
    const look = missingFromLog([line(2)], lacking(2), made.log, async () => undefined)
    await expect(look).rejects.toThrow('lacked events')
  })

  it('are looked for again after the index has caught up', async () => {
    const made = new PlainLog()
    made.log.append([note(1, { parents: [] })])
    let isBehind = true
    const index = {
      ...lacking(2),
      freshness: async () => ({
        isUpToDate: !isBehind,
        isWhole: true,
        journal: undefined,
        hasProblems: false,
      }),
    }
    let caughtUp = 0
    const catchUp = async (): Promise<void> => {
      caughtUp += 1
      isBehind = false
    }
    expect(await missingFromLog([line(1)], index, made.log, catchUp)).toEqual([])
    expect(caughtUp).toBe(1)
  })
})
