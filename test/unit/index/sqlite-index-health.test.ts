import { existsSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { NoticeList } from '../../../src/core/errors/notices.js'
import { Connection } from '../../../src/core/index/sqlite/connection.js'
import type { EventIndex } from '../../../src/core/index/event-index.js'
import type { IndexKeep } from '../../../src/core/index/index-health.js'
import { IndexUnusable, LineNotThere } from '../../../src/core/index/index-unusable.js'
import { SqliteIndexHealth } from '../../../src/core/index/sqlite/sqlite-index-health.js'
import type { Workspace } from '../../../src/core/workspace/workspace.js'
import { note } from '../../support/events.js'
import { PlainLog } from '../../support/plain-log.js'
import { testSession } from '../../support/session.js'

const PLACE = { event_id: note(1).event_id, lamport_clock: 1, file: 'x.jsonl', line: 1, offset: 0, length: 9 }

describe('the index of a clone, whatever happens to its file', () => {
  let made: PlainLog
  let notices: NoticeList
  let indexFile: string
  let health: SqliteIndexHealth
  let progress: string[]

  const over = (keep?: IndexKeep): SqliteIndexHealth => {
    const { root, eventsDir, log } = made
    const workspace = {
      eventsDir,
      indexFile,
      privateDir: join(root, 'private'),
      gitCommonDir: join(root, 'git'),
    } as Workspace // what it asks for
    let now = Date.parse('2026-11-22T12:00:00.000Z')
    const session = {
      ...testSession({ cwd: root, now: () => new Date((now += 1500)) }),
      progress: (lines: number) => void progress.push(`${lines} lines`),
      progressDone: () => void progress.push('done'),
    }
    return new SqliteIndexHealth(workspace, log, session, notices, {}, { keep })
  }

  beforeEach(() => {
    made = new PlainLog()
    notices = new NoticeList()
    indexFile = join(made.eventsDir, 'index.db')
    progress = []
    health = over()
    made.log.append([note(1), note(2)])
  })
  afterEach(() => health.close())

  const failing = async (): Promise<unknown> => {
    try {
      return await health.current()
    } catch (error) {
      return error
    }
  }
  /** Asks as a read does: what fails once is recovered from. */
  const recovered = async (): Promise<EventIndex> => {
    const error = await failing()
    await health.recover(error)
    return health.current()
  }

  it('is opened once', async () => {
    await health.rebuild()
    expect(await health.current()).toBe(await health.current())
    await health.close()
    const [one, other] = await Promise.all([health.current(), health.current()])
    expect(one).toBe(other)
    expect(await one.count()).toBe(2)
  })

  it('is made in a fresh clone, without a word', async () => {
    expect(await failing()).toMatchObject({ reason: 'damaged', message: 'there is none yet' })
    const index = await recovered()
    expect([index.kind, await index.count(), notices.all]).toEqual(['sqlite', 2, []])
    expect(existsSync(indexFile)).toBe(true)
  })

  it('says how many events and files it was rebuilt from, and how long that took', async () => {
    made.log.append([note(3, { timestamp: '2026-11-23T00:00:00.000Z' })])
    expect(await health.rebuild()).toEqual({ events: 3, files: 2, seconds: 1.5 })
    expect(progress.at(-1)).toBe('done')
  })

  it('ends the progress of a rebuild that fails', async () => {
    rmSync(made.eventsDir, { recursive: true })
    writeFileSync(made.eventsDir, 'not a folder')
    await expect(health.rebuild()).rejects.toThrow(IndexUnusable)
    expect(progress).toEqual(['done'])
  })

  it.each<[string, () => void, string]>([
    ['is not a database', () => writeFileSync(indexFile, 'no database\n'.repeat(400)), 'not a database'],
    ['is a folder', () => mkdirSync(indexFile), `was not a regular file`],
    ['is a link to nowhere', () => symlinkSync('nowhere', indexFile), `was not a regular file`],
  ])('is rebuilt once, with a line about it, when the file %s', async (_, damage, why) => {
    damage()
    const index = await recovered()
    expect([index.kind, await index.count()]).toEqual(['sqlite', 2])
    expect(notices.all).toHaveLength(1)
    expect(notices.all[0]).toMatch(/^The index was rebuilt from 2 events: /)
    expect(notices.all[0]).toContain(why)
  })

  it('is in memory after a second damage, with a line about it', async () => {
    await recovered()
    await health.recover(new IndexUnusable('damaged', 'it lost a page'))
    const index = await health.current()
    expect([index.kind, await index.count()]).toEqual(['memory', 2])
    expect(notices.all).toEqual(['The log is read directly, which is slower: it lost a page'])
  })

  it('is in memory while another program holds the file, which stays as it is', async () => {
    writeFileSync(indexFile, 'held')
    await health.recover(new IndexUnusable('busy', 'database is locked'))
    expect((await health.current()).kind).toBe('memory')
    expect(existsSync(indexFile)).toBe(true)
    expect(notices.all).toEqual([
      'The log is read directly, which is slower: index busy: another program holds it',
    ])
  })

  it('is in memory where SQLite is missing, and says so once a day', async () => {
    await health.recover(new IndexUnusable('unavailable', 'there is no SQLite'))
    expect((await health.current()).kind).toBe('memory')
    expect(notices.all).toHaveLength(1)
    expect(notices.all[0]).toMatch(
      /^The log is read directly, which is slower: there is no SQLite\. Everything works, with the index in memory\. To add SQLite, which needs a compiler .*install/,
    )
    notices = new NoticeList()
    health = over()
    await health.recover(new IndexUnusable('unavailable', 'there is no SQLite'))
    expect(notices.all).toEqual([])
  })

  it('is in memory where no new file can be written, with a line about it', async () => {
    const error = await failing()
    rmSync(join(made.root, 'private'), { recursive: true, force: true })
    writeFileSync(join(made.root, 'private'), 'no folder')
    await health.recover(error)
    expect((await health.current()).kind).toBe('memory')
    expect(notices.all).toEqual([
      expect.stringMatching(/^The log is read directly, which is slower: a new index/),
    ])
  })

  it('fails where the log cannot be read either, and is in memory once it can', async () => {
    renameSync(made.eventsDir, `${made.eventsDir}.away`)
    writeFileSync(made.eventsDir, 'not a folder')
    const busy = new IndexUnusable('busy', 'database is locked')
    await expect(health.recover(busy)).rejects.toThrow()
    rmSync(made.eventsDir)
    renameSync(`${made.eventsDir}.away`, made.eventsDir)
    await health.recover(busy)
    expect(await (await health.current()).count()).toBe(2)
  })

  it('recovers once for reads that fail together', async () => {
    const error = await failing()
    await Promise.all([health.recover(error), health.recover(error), health.recover(error)])
    const index = await health.current()
    expect([index.kind, await index.count(), notices.all]).toEqual(['sqlite', 2, []])
  })

  it('recovers from an unusable index and from nothing else', async () => {
    const other = new TypeError('a fault')
    expect(health.canRecoverFrom(new IndexUnusable('busy', 'locked'))).toBe(true)
    expect(health.canRecoverFrom(other)).toBe(false)
    expect(health.mayPass(new LineNotThere(PLACE))).toBe(true)
    expect(health.mayPass(new IndexUnusable('damaged', 'broken'))).toBe(false)
    await expect(health.recover(other)).rejects.toBe(other)
  })

  it('is made again for this process alone, for comparison', async () => {
    const seen: (string | undefined)[] = []
    const index = await health.replay((lines) => void seen.push(...lines.map(({ event }) => event?.event_id)))
    expect(await index.count()).toBe(2)
    await index.close()
    expect(new Set(seen)).toEqual(new Set([note(1).event_id, note(2).event_id]))
    expect(existsSync(indexFile)).toBe(false)
  })

  it('is closed when the health is, and opened again when it is asked for', async () => {
    await health.rebuild()
    const index = await health.current()
    await health.close()
    await expect(index.count()).rejects.toThrow('closed')
    expect(await (await health.current()).count()).toBe(2)
  })

  describe('with connections that outlive a request', () => {
    let happened: string[]
    let left: EventIndex | undefined
    const keep: IndexKeep = {
      take: (path) => {
        happened.push(`take ${path === indexFile}`)
        return left
      },
      opened: (_, path) => void happened.push(`opened ${path === indexFile}`),
      give: async () => void happened.push('give'),
      drop: async () => void happened.push('drop'),
    }

    beforeEach(() => {
      happened = []
      left = undefined
    })

    it('is taken over where one is left, and given back', async () => {
      await health.rebuild()
      await health.close()
      health = over(keep)
      left = made.index
      expect(await health.current()).toBe(made.index)
      await health.close()
      expect(happened).toEqual(['take true', 'give'])
    })

    it('is noted when it is opened, and dropped before the file is replaced', async () => {
      health = over(keep)
      await health.rebuild()
      expect(happened).toEqual(['drop', 'take true', 'opened true'])
      await (await health.current()).close()
    })
  })

  it('does not trust a file that says it is from elsewhere', async () => {
    await health.rebuild()
    await health.close()
    const connection = await Connection.open(indexFile, 'open')
    await connection.run('PRAGMA user_version = 1')
    await connection.close()
    expect(await failing()).toMatchObject({
      reason: 'damaged',
      message: expect.stringContaining('version 1'),
    })
  })
})
