import 'reflect-metadata'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { compareEvents, type LogEvent, type Ordered } from '../../../src/core/events-lib.js'
import { IndexUnusable } from '../../../src/core/index/index-unusable.js'
import { MemoryEventIndex } from '../../../src/core/index/memory-event-index.js'
import type { SqliteEventIndex } from '../../../src/core/index/sqlite/sqlite-event-index.js'
import { readingTables, TableSet } from '../../../src/core/index/sqlite/table-set.js'
import type { EntityClass, TableProjection } from '../../../src/core/plugin/table-projection.js'
import { Column, Entity, Index, PrimaryColumn } from '../../../src/entities/decorators.js'
import { note, ulid } from '../../support/events.js'
import { emptySqliteIndex, noteRow } from '../../support/index-kinds.js'

interface Seen {
  event_id: string
}

type Part = (target: new () => object) => void

/** A table with these columns and keys. */
function tableNamed(name: string, ...parts: Part[]): EntityClass<Seen> {
  class Row {
    event_id!: string
    place!: number | null
  }
  PrimaryColumn({ type: 'text' })(Row.prototype, 'event_id')
  for (const part of parts) part(Row)
  Entity({ name })(Row)
  return Row
}
const table = (...parts: Part[]): EntityClass<Seen> => tableNamed('x_tally_seen', ...parts)
const column =
  (name: string, type: 'integer' | 'text', nullable = true) =>
  (target: new () => object) =>
    Column({ type, nullable })(target.prototype as object, name)

const PLAIN = table(column('place', 'integer'))

describe('the tables of one projection', () => {
  let index: SqliteEventIndex
  let log: LogEvent[]
  /** What was asked for, and what was applied, since the last update. */
  let asked: Ordered[]
  let applied: string[]

  const projection = (changes: Partial<TableProjection> = {}, entity = PLAIN): TableProjection => ({
    name: 'tally.seen',
    version: 1,
    entities: [entity],
    apply: async (rows, events) => {
      applied.push(...events.map(({ event_id }) => event_id))
      await rows.insert(
        entity,
        events.map(({ event_id }) => ({ event_id })),
      )
    },
    ...changes,
  })
  const append = async (...seeds: number[]): Promise<void> => {
    log = [...log, ...seeds.map((seed) => note(seed))].sort(compareEvents)
    await index.write((writer) => writer.insert(seeds.map((seed) => noteRow(seed))))
  }
  const updated = async (one: TableProjection): Promise<TableSet> => {
    asked = []
    applied = []
    const set = await TableSet.open(index, one, 'x_tally_')
    await set.update(async function* (after) {
      asked.push(after)
      // In batches of two.
      const later = log.filter((event) => compareEvents(event, after) > 0)
      for (let at = 0; at < later.length; at += 2) yield later.slice(at, at + 2)
    })
    return set
  }

  beforeEach(async () => {
    index = await emptySqliteIndex()
    log = []
    await append(1, 2, 3)
  })
  afterEach(() => {
    vi.restoreAllMocks()
  })

  it('hold every event once, and get only the new ones the next time', async () => {
    const one = projection()
    await updated(one)
    expect([asked, applied]).toEqual([[{ lamport_clock: 0, event_id: '' }], [1, 2, 3].map(ulid)])
    await append(4)
    const set = await updated(one)
    expect(asked).toMatchObject([{ lamport_clock: 3, event_id: ulid(3) }])
    expect(applied).toEqual([ulid(4)])
    const rows = await set.rows.find(PLAIN, { order: { event_id: 'ASC' } })
    expect(rows.map(({ event_id }) => event_id)).toEqual([1, 2, 3, 4].map(ulid))
  })

  it('ask for nothing while no event is new', async () => {
    const one = projection()
    await updated(one)
    await updated(one)
    expect([asked, applied]).toEqual([[], []])
  })

  it('are made without a word on the console', async () => {
    const said = (['log', 'info', 'warn', 'error'] as const).map((name) =>
      vi.spyOn(console, name).mockImplementation(() => undefined),
    )
    await updated(projection())
    expect(said.flatMap(({ mock }) => mock.calls)).toEqual([])
  })

  it('are current with an empty log too', async () => {
    index = await emptySqliteIndex()
    log = []
    const one = projection()
    await updated(one)
    await updated(one)
    expect(asked).toEqual([])
  })

  it('are made again when an event came in before the last one they hold', async () => {
    const one = projection()
    await updated(one)
    await append(5)
    await updated(one)
    await append(4)
    await updated(one)
    expect(applied).toEqual([1, 2, 3, 4, 5].map(ulid))
  })

  it('each follow the log for themselves', async () => {
    const other = tableNamed('x_tally_other')
    await updated(projection())
    await updated(projection({ name: 'tally.other' }, other))
    expect(applied).toEqual([1, 2, 3].map(ulid))
    await append(4)
    await updated(projection())
    expect(applied).toEqual([ulid(4)])
    await updated(projection({ name: 'tally.other' }, other))
    expect(applied).toEqual([ulid(4)])
  })

  it.each<[string, Partial<TableProjection>, EntityClass<Seen>]>([
    ['version', { version: 2 }, PLAIN],
    ['column', {}, table(column('place', 'integer'), column('other', 'text'))],
    ['name of a column', {}, table(column('at', 'integer'))],
    ['type of a column', {}, table(column('place', 'text'))],
    ['key', {}, table(column('place', 'integer'), Index('x_tally_place', ['place']))],
  ])('are made again for another %s', async (_, changes, entity) => {
    await updated(projection())
    await updated(projection(changes, entity))
    expect(applied).toEqual([1, 2, 3].map(ulid))
    await updated(projection(changes, entity))
    expect(applied).toEqual([])
  })

  it('are made again for a key of another name or of other columns', async () => {
    const keyed = (name: string, columns: string[]): TableProjection =>
      projection({}, table(column('place', 'integer'), Index(name, columns)))
    await updated(keyed('x_tally_a', ['place']))
    for (const other of [keyed('x_tally_b', ['place']), keyed('x_tally_b', ['event_id'])]) {
      await updated(other)
      expect(applied).toEqual([1, 2, 3].map(ulid))
    }
  })

  it('are made again for a column that may be empty', async () => {
    await updated(projection({}, table(column('place', 'integer', true))))
    const filled = table(column('place', 'integer', false))
    const one = projection(
      {
        apply: async (rows, events) => {
          applied.push(...events.map(({ event_id }) => event_id))
          await rows.insert(
            filled,
            events.map(({ event_id }) => ({ event_id, place: 1 })),
          )
        },
      },
      filled,
    )
    await updated(one)
    expect(applied).toEqual([1, 2, 3].map(ulid))
  })

  it('are not there in memory', async () => {
    await expect(TableSet.open(new MemoryEventIndex(), projection(), 'x_tally_')).rejects.toMatchObject({
      reason: 'unavailable',
      message: 'the index is in memory, which holds no tables',
    })
  })

  it('have names of the plugin', async () => {
    await expect(TableSet.open(index, projection(), 'x_other_')).rejects.toThrow(
      new TypeError('The table x_tally_seen of tally.seen must be named x_other_….'),
    )
  })

  it.each(['x_tally_"a', 'x_tally_"a; DROP TABLE event; --'])('are not named %s', async (name) => {
    const odd = projection({}, tableNamed(name))
    await expect(TableSet.open(index, odd, 'x_tally_')).rejects.toThrow(
      new TypeError(`The table ${name} of tally.seen must be named without ".`),
    )
  })
})

describe('reading a projection’s tables', () => {
  const coded = (code: string): Error => Object.assign(new Error(`${code}: as SQLite says`), { code })
  const wrapped = (driverError: unknown): Error => Object.assign(new Error('query failed'), { driverError })
  const failing = (error: unknown): Promise<unknown> => readingTables(() => Promise.reject(error as Error))

  it('answers what the read does', async () => {
    expect(await readingTables(async () => 7)).toBe(7)
  })

  it.each(['SQLITE_ERROR', 'SQLITE_CONSTRAINT', 'SQLITE_MISMATCH', 'SQLITE_RANGE'])(
    'passes a fault of the query as it is: %s',
    async (code) => {
      const error = wrapped(coded(code))
      await expect(failing(error)).rejects.toBe(error)
    },
  )

  it('passes a fault of the query as it is that the index has told', async () => {
    const error = new IndexUnusable('damaged', 'no such column', { cause: coded('SQLITE_ERROR') })
    await expect(failing(error)).rejects.toBe(error)
  })

  it.each([
    ['SQLITE_BUSY', 'busy'],
    ['SQLITE_CORRUPT', 'damaged'],
  ])('makes the index unusable where SQLite reports %s', async (code, reason) => {
    const cause = coded(code)
    await expect(failing(wrapped(cause))).rejects.toMatchObject({
      constructor: IndexUnusable,
      reason,
      cause,
    })
  })

  it.each([
    ['a defect', new TypeError('a defect')],
    ['an index that is unusable without a cause', new IndexUnusable('damaged', 'closed')],
    ['one whose cause has no code', new IndexUnusable('damaged', 'x', { cause: new Error('y') })],
    ['one whose cause is no error', new IndexUnusable('damaged', 'x', { cause: 'SQLITE_ERROR' })],
  ])('passes %s as it is', async (_, error) => {
    await expect(failing(error)).rejects.toBe(error)
  })
})
