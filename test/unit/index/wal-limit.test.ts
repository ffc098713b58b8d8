import { copyFileSync, existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { Connection } from '../../../src/core/index/sqlite/connection.js'
import { fillIndex } from '../../../src/core/index/sqlite/rebuild.js'
import { SqliteEventIndex } from '../../../src/core/index/sqlite/sqlite-event-index.js'
import { JsonlEventLog } from '../../../src/core/log/jsonl-event-log.js'
import { FileJournal } from '../../../src/core/log/repair/file-journal.js'
import { tempFolder } from '../../support/temp-folder.js'

const MIB = 1024 * 1024

describe("the index's write-ahead log", () => {
  let folder: string
  const path = (process: number): string => join(folder, `index-${process}.db`)
  const walSize = (process: number): number =>
    statSync(`${path(process)}-wal`, { throwIfNoEntry: false })?.size ?? 0
  const open = async (process: number): Promise<SqliteEventIndex> =>
    new SqliteEventIndex(await Connection.open(path(process), 'open'))
  /** Some 40 KB, as a command writes. */
  const write = (index: SqliteEventIndex, n: number): Promise<void> =>
    index.write((writer) =>
      writer.putProblems(
        Array.from({ length: 200 }, (_, line) => ({
          file: '2026-11-22.jsonl',
          line: n * 200 + line + 1,
          kind: 'invalid',
          message: 'x'.repeat(120),
        })),
      ),
    )

  beforeEach(async () => {
    folder = tempFolder()
    const log = new JsonlEventLog(
      { eventsDir: join(folder, 'events'), errorsDir: join(folder, 'errors') },
      new FileJournal(join(folder, 'journal')),
    )
    const { index } = await fillIndex(log, path(0), {})
    await index.sql('PRAGMA journal_mode = WAL')
    await index.close()
  })

  it('stays small over commands that write once each and end without closing it', async () => {
    const opened: SqliteEventIndex[] = []
    const sizes: number[] = []
    for (let process = 0; process < 60; process += 1) {
      const index = await open(process)
      opened.push(index)
      await write(index, process)
      sizes.push(walSize(process))
      // What the next process finds: the shared memory is gone with the last one.
      copyFileSync(path(process), path(process + 1))
      if (existsSync(`${path(process)}-wal`)) copyFileSync(`${path(process)}-wal`, `${path(process + 1)}-wal`)
    }
    expect(Math.max(...sizes)).toBeLessThan(MIB)
    expect(Math.max(...sizes)).toBeGreaterThan(MIB / 2)
    const last = await open(60)
    opened.push(last)
    expect((await last.problems()).length).toBe(60 * 200)
    for (const index of opened) await index.close()
  })

  it('grows while someone reads, without making a writer wait, and is small again afterwards', async () => {
    const reader = await Connection.open(path(0), 'open')
    await reader.run('BEGIN')
    expect(await reader.all('SELECT count(*) AS n FROM log_problem')).toEqual([{ n: 0 }])
    const index = await open(0)
    for (let n = 0; n < 40; n += 1) await write(index, n)
    expect(walSize(0)).toBeGreaterThan(MIB)
    expect(await reader.all('SELECT count(*) AS n FROM log_problem')).toEqual([{ n: 0 }])
    await reader.run('COMMIT')
    await write(index, 40)
    expect(walSize(0)).toBeLessThan(MIB)
    expect((await index.problems()).length).toBe(41 * 200)
    await reader.close()
    await index.close()
  })
})
