import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { KittyError } from '../../../src/core/errors/kitty-error.js'
import { IndexUnusable } from '../../../src/core/index/index-unusable.js'
import { fillIndex, openIndex, rebuildIndex } from '../../../src/core/index/sqlite/sqlite-index.js'
import { foldFingerprint, readSeal } from '../../../src/core/index/sqlite/seal.js'
import { SqliteEventIndex } from '../../../src/core/index/sqlite/sqlite-event-index.js'
import { Connection } from '../../../src/core/index/sqlite/connection.js'
import { FileGuard } from '../../../src/core/lock/file-guard.js'
import { note, ulid } from '../../support/events.js'
import { CAN_LIST_OPEN_FILES, openFiles } from '../../support/open-files.js'
import { PlainLog } from '../../support/plain-log.js'

const RULES = { statusRule: 'priority' } as const
const KEYS = [
  'event_entity',
  'event_type_clock',
  'event_date',
  'event_clock',
  'event_gate',
  'event_causation',
]

describe('an index built from a log', () => {
  let made: PlainLog
  let folder: string
  let path: string
  let guard: FileGuard
  const open: SqliteEventIndex[] = []

  beforeEach(() => {
    made = new PlainLog()
    folder = join(made.root, 'a', 'clone')
    path = join(folder, 'index.db')
    guard = new FileGuard(join(made.root, 'private'))
    made.log.append([note(1), note(2)])
  })
  afterEach(async () => {
    vi.restoreAllMocks()
    for (const index of open.splice(0)) await index.close()
  })

  const rebuilt = (...rest: [((lines: number) => void)?, typeof RULES?]) =>
    rebuildIndex(made.log, path, guard, ...rest)
  /** The file without kitty's checks. */
  const raw = async (): Promise<SqliteEventIndex> => {
    const index = new SqliteEventIndex(await Connection.open(path, 'open'))
    open.push(index)
    return index
  }
  /** The keys of the table of events, those that SQLite made last at the end. */
  const keysOf = async (index: SqliteEventIndex): Promise<string[]> => {
    const rows = await index.sql<{ name: string }>(
      "SELECT name FROM sqlite_master WHERE type = 'index' AND tbl_name = 'event' AND sql IS NOT NULL ORDER BY rowid",
    )
    return rows.map(({ name }) => name)
  }
  const failing = (error: unknown): void => {
    made.log.list = () => {
      throw error
    }
  }

  describe('in place of the one that is there', () => {
    it('is the only file left, in a folder that it makes, and holds the log', async () => {
      const read: number[] = []
      const report = await rebuilt((lines) => read.push(lines))
      expect(report).toMatchObject({ lines: 2, rewritten: [] })
      expect(read).toEqual([2])
      expect(readdirSync(folder)).toEqual(['index.db'])
      if (CAN_LIST_OPEN_FILES) expect(openFiles(folder)).toEqual([])
      const index = await openIndex(path, guard)
      expect(await index.count()).toBe(2)
      await index.close()
    })

    it('takes no side files of the old one over', async () => {
      mkdirSync(folder, { recursive: true })
      for (const end of ['', '-wal', '-shm', '-journal']) writeFileSync(`${path}${end}`, 'of the old one')
      await rebuilt()
      expect(readdirSync(folder)).toEqual(['index.db'])
    })

    it('says that it is kitty’s, of which version, build and rules', async () => {
      await rebuilt(undefined, RULES)
      const index = await raw()
      const seal = readSeal(guard.privateDir)
      expect(await index.origin()).toEqual({ application: 0x6b747479, schema: 13 })
      expect(await index.build()).toEqual({
        fold: foldFingerprint(RULES),
        mark: { id: seal?.id, mac: seal?.mac },
      })
      expect(await index.schema()).toBe(seal?.schema)
    })

    it('lets others read while one writes', async () => {
      await rebuilt()
      expect(await (await raw()).sql('PRAGMA journal_mode')).toEqual([{ journal_mode: 'wal' }])
    })

    it('has every key, the partial ones last, for an empty log too', async () => {
      await rebuilt()
      const index = await raw()
      expect(new Set(await keysOf(index))).toEqual(new Set(KEYS))
      expect((await keysOf(index)).slice(-2)).toEqual(expect.arrayContaining(KEYS.slice(-2)))
      await open.pop()?.close()
      for (const name of readdirSync(made.eventsDir)) rmSync(made.path(name))
      await rebuilt()
      expect(new Set(await keysOf(await raw()))).toEqual(new Set(KEYS))
    })

    it.each<[string, unknown, string]>([
      [
        'the disk is full',
        new KittyError('DiskFull', 'index.db was not written: the disk is full.'),
        'a new index cannot be written (index.db was not written: the disk is full)',
      ],
      [
        'the folder is read-only',
        new KittyError('NotWritable', 'v1.2 cannot be written'),
        'a new index cannot be written (v1.2 cannot be written)',
      ],
      [
        'the system refuses',
        Object.assign(new Error('EIO: i/o error'), { code: 'EIO' }),
        'a new index cannot be written (EIO)',
      ],
    ])('is not made where %s, and the old one stays', async (_, cause, message) => {
      mkdirSync(folder, { recursive: true })
      writeFileSync(path, 'the old one')
      failing(cause)
      await expect(rebuilt()).rejects.toMatchObject({
        constructor: IndexUnusable,
        reason: 'damaged',
        message,
        cause,
      })
      expect(readdirSync(folder)).toEqual(['index.db'])
      expect(readFileSync(path, 'utf8')).toBe('the old one')
      expect(existsSync(guard.privateDir)).toBe(false)
    })

    it('is not made where the folder cannot be made', async () => {
      writeFileSync(join(made.root, 'a'), 'no folder')
      await expect(rebuilt()).rejects.toMatchObject({
        constructor: IndexUnusable,
        reason: 'damaged',
        message: 'a new index cannot be written (ENOTDIR)',
      })
    })

    it.each<[string, unknown]>([
      ['a defect', new TypeError('a defect')],
      ['an index that is in use', new IndexUnusable('busy', 'in use')],
      ['damage to the log', new KittyError('DamagedData', 'the log is damaged')],
      ['a lock', Object.assign(new KittyError('LockTimeout', 'locked'), { code: 'EAGAIN' })],
      ['a driver', Object.assign(new IndexUnusable('unavailable', 'no SQLite'), { code: 'SQLITE_ERROR' })],
    ])('fails as it is told for %s', async (_, error) => {
      failing(error)
      await expect(rebuilt()).rejects.toBe(error)
    })
  })

  describe('in a file of its own', () => {
    beforeEach(() => mkdirSync(folder, { recursive: true }))

    const filled = async (...rest: [Parameters<typeof fillIndex>[3]?]) => {
      const answer = await fillIndex(made.log, path, {}, ...rest)
      open.push(answer.index)
      return answer
    }

    it('holds the log, and says what was read', async () => {
      const [read, seen]: [number[], unknown[]] = [[], []]
      const { report, index } = await filled({
        progress: (lines) => read.push(lines),
        seen: (lines) => seen.push(...lines.map(({ event }) => event?.event_id)),
      })
      expect(report).toMatchObject({ lines: 2, rewritten: [], resolutions: [] })
      expect([read, seen]).toEqual([[2], [ulid(1), ulid(2)]])
      expect(await index.count()).toBe(2)
      expect(index.foldRules).toEqual({})
    })

    it('keeps no journal and is not synced, since a crash leaves nothing worth keeping', async () => {
      const { index } = await filled()
      expect(await index.sql('PRAGMA journal_mode')).toEqual([{ journal_mode: 'off' }])
      expect(await index.sql('PRAGMA synchronous')).toEqual([{ synchronous: 0 }])
      expect(readdirSync(folder)).toEqual(['index.db'])
    })

    it('has the keys that its caller needs, and no others', async () => {
      expect(new Set(await keysOf((await filled()).index))).toEqual(new Set(KEYS))
      await open.pop()?.close()
      rmSync(path)
      const { index } = await filled({ withoutKeys: ['event_date', 'event_gate'] })
      const left = KEYS.filter((name) => name !== 'event_date' && name !== 'event_gate')
      expect(new Set(await keysOf(index))).toEqual(new Set(left))
    })

    it('makes keys that the log spreads over all of them after the rows are in, partial ones last', async () => {
      const counted: string[] = []
      const count = async (name: string, index: SqliteEventIndex): Promise<void> => {
        counted.push(`${name}: ${(await keysOf(index)).join(', ')}`)
      }
      const written = SqliteEventIndex.prototype
      const { putWatermark, putWorkPackages } = written
      vi.spyOn(written, 'putWatermark').mockImplementation(async function (this: SqliteEventIndex, mark) {
        await count('read', this)
        return putWatermark.call(this, mark)
      })
      vi.spyOn(written, 'putWorkPackages').mockImplementation(async function (
        this: SqliteEventIndex,
        states,
      ) {
        await count('folded', this)
        return putWorkPackages.call(this, states)
      })
      await filled()
      expect(counted).toEqual([
        'read: event_clock, event_date, event_type_clock',
        'folded: event_clock, event_date, event_type_clock, event_entity, event_causation, event_gate',
      ])
    })

    it('tells when it is closed, once it is filled or has failed', async () => {
      let released = 0
      const { index } = await fillIndex(made.log, path, {}, { released: () => (released += 1) })
      expect(released).toBe(0)
      await index.close()
      expect(released).toBe(1)
      rmSync(path)
      failing(new TypeError('a defect'))
      const failed = fillIndex(made.log, path, {}, { released: () => (released += 1) })
      await expect(failed).rejects.toThrow('a defect')
      expect(released).toBe(2)
    })
  })
})
