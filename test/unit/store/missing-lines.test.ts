import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createRegistry } from '../../../src/core/events-lib.js'
import type { EventIndex } from '../../../src/core/index/event-index.js'
import { JsonlEventLog } from '../../../src/core/log/jsonl-event-log.js'
import { FileJournal } from '../../../src/core/log/repair/file-journal.js'
import { DAILY_FILES } from '../../../src/core/log/format/day-file.js'
import { missingFromLog } from '../../../src/core/store/missing-lines.js'
import { note, noteLine } from '../../support/events.js'
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
    await expect(look(lacking(2))).rejects.toThrow('lacked events that are in the log')
  })
})
