import { readdirSync } from 'node:fs'
import { beforeEach, afterEach, describe, expect, it, vi } from 'vitest'
import { KittyError } from '../../../src/core/errors/kitty-error.js'
import { IndexUnusable } from '../../../src/core/index/index-unusable.js'
import { fillIndex } from '../../../src/core/index/sqlite/rebuild.js'
import { replay } from '../../../src/core/index/replay.js'
import type { EventLog } from '../../../src/core/log/event-log.js'
import { note, ulid } from '../../support/events.js'
import { PlainLog } from '../../support/plain-log.js'
import { tempFolder } from '../../support/temp-folder.js'

const MIB = 1024 * 1024
const LARGE = 8 * MIB + 1

describe('the index that is made of a log for comparison', () => {
  let made: PlainLog
  let temporary: string

  beforeEach(() => {
    made = new PlainLog()
    made.log.append([note(1), note(2, { timestamp: '2026-11-23T09:30:00.000Z' })])
    temporary = tempFolder()
    vi.stubEnv('TMPDIR', temporary)
  })
  afterEach(() => {
    vi.unstubAllEnvs()
  })

  /** The log, its first file said to have so many bytes. */
  const logOf = (size: number): EventLog => {
    const list = made.log.list.bind(made.log)
    made.log.list = () => list().map((file, at) => ({ ...file, size: at === 0 ? size : 0 }))
    return made.log
  }
  const sqlite = async () => ({ fillIndex })
  const failing = (error: Error) => async () => ({ fillIndex: () => Promise.reject(error) })

  it('is in a file for a large log, under no name, and without the keys of listings', async () => {
    const filled = vi.fn(fillIndex)
    const seen: unknown[] = []
    const index = await replay(
      logOf(LARGE),
      { statusRule: 'priority' },
      async () => ({ fillIndex: filled }),
      (lines) => void seen.push(...lines.map(({ event }) => event?.event_id)),
    )
    expect([index.kind, await index.count(), index.foldRules]).toEqual([
      'sqlite',
      2,
      { statusRule: 'priority' },
    ])
    expect(readdirSync(temporary)).toEqual([])
    expect(seen).toEqual([ulid(1), ulid(2)])
    const [, path, , options] = filled.mock.calls[0] ?? []
    expect(path).toMatch(/kitty-replay-.*index\.db$/)
    expect(options?.withoutKeys).toEqual(['event_type_clock', 'event_date'])
    await index.close()
    expect(readdirSync(temporary)).toEqual([])
  })

  it('is in memory for a log of up to 8 MiB, for which SQLite is not loaded', async () => {
    const load = vi.fn(sqlite)
    const seen: unknown[] = []
    const index = await replay(
      logOf(8 * MIB),
      { statusRule: 'priority' },
      load,
      (lines) => void seen.push(...lines.map(({ event }) => event?.event_id)),
    )
    expect([index.kind, await index.count(), index.foldRules]).toEqual([
      'memory',
      2,
      { statusRule: 'priority' },
    ])
    expect(load).not.toHaveBeenCalled()
    expect(seen).toEqual([ulid(1), ulid(2)])
  })

  it.each<[string, Error]>([
    ['the index is unusable', new IndexUnusable('damaged', 'no space')],
    ['kitty refuses', new KittyError('DiskFull', 'the disk is full')],
    ['the system refuses', Object.assign(new Error('EIO'), { code: 'EIO' })],
  ])('is in memory when %s, and leaves no folder behind', async (_, error) => {
    const index = await replay(logOf(LARGE), {}, failing(error))
    expect([index.kind, await index.count()]).toEqual(['memory', 2])
    expect(readdirSync(temporary)).toEqual([])
  })

  it('is in memory where SQLite cannot be loaded, or no folder be made', async () => {
    const missing = () => Promise.reject(new IndexUnusable('unavailable', 'there is no SQLite'))
    expect((await replay(logOf(LARGE), {}, missing)).kind).toBe('memory')
    vi.stubEnv('TMPDIR', `${temporary}/not-there`)
    expect((await replay(made.log, {}, sqlite)).kind).toBe('memory')
  })

  it('is not made where there is a defect, which leaves no folder behind', async () => {
    const defect = new TypeError('a defect')
    await expect(replay(logOf(LARGE), {}, failing(defect))).rejects.toBe(defect)
    expect(readdirSync(temporary)).toEqual([])
  })
})
