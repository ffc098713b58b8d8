import { beforeEach, describe, expect, it } from 'vitest'
import type { EventFilter } from '../../../src/core/index/event-index.js'
import type { IndexRow } from '../../../src/core/index/index-row.js'
import type { MemoryEventIndex } from '../../../src/core/index/memory-event-index.js'
import type { SqliteEventIndex } from '../../../src/core/index/sqlite/sqlite-event-index.js'
import { ulid } from '../../support/events.js'
import { gateRow, INDEX_KINDS, noteRow } from '../../support/index-kinds.js'

const NEXT_DAY = { date: '2026-11-23', file: '2026-11-23.jsonl', timestamp: '2026-11-23T09:30:00.000Z' }
const ROWS = [
  noteRow(1),
  noteRow(2, { actor: 'bob', entity_id: 'WP02', work_package_id: 'WP02' }),
  noteRow(3, { feature_slug: '002-search' }),
  noteRow(4, NEXT_DAY),
  noteRow(5, { ...NEXT_DAY, actor: 'bob' }),
]
const FILTERS: readonly (readonly [EventFilter, readonly number[]])[] = [
  [{}, [1, 2, 3, 4, 5]],
  [{ feature: '001-login' }, [1, 2, 4, 5]],
  [{ entity: 'WP02' }, [2]],
  [{ actor: 'bob' }, [2, 5]],
  [{ from: '2026-11-23' }, [4, 5]],
  [{ to: '2026-11-22' }, [1, 2, 3]],
  [{ limit: 2 }, [4, 5]],
  [{ limit: 9 }, [1, 2, 3, 4, 5]],
  [{ sinceClock: 1, limit: 2 }, [2, 3]],
  [{ after: { lamport_clock: 3, event_id: ulid(3) }, limit: 1 }, [4]],
  [{ actor: 'carol' }, []],
]

describe.each(INDEX_KINDS)('the events of an index in $kind', ({ make }) => {
  let index: MemoryEventIndex | SqliteEventIndex
  const clocks = (rows: readonly { readonly lamport_clock: number }[]): number[] =>
    rows.map(({ lamport_clock }) => lamport_clock)
  const byId = (rows: readonly IndexRow[]): IndexRow[] =>
    [...rows].sort((a, b) => (a.event_id < b.event_id ? -1 : 1))

  beforeEach(async () => {
    index = await make()
  })

  it.each(FILTERS)('within %j are found as rows and as places, in the total order', async (filter, found) => {
    await index.insert([...ROWS].reverse())
    expect(clocks(await index.locate(filter))).toEqual(found)
    const places = await index.places(filter)
    expect(clocks(places)).toEqual(found)
    const expected = ROWS.filter((row) => found.includes(row.lamport_clock)).map(
      ({ event_id, lamport_clock, file, line, offset, length }) => ({
        event_id,
        lamport_clock,
        file,
        line,
        offset,
        length,
      }),
    )
    expect(places).toMatchObject(expected)
    expect(await index.locate(filter)).toEqual(ROWS.filter((row) => found.includes(row.lamport_clock)))
  })

  it('are counted within the bounds of a filter, whatever its limit', async () => {
    expect(await index.count()).toBe(0)
    await index.insert(ROWS)
    expect(await index.count()).toBe(5)
    expect(await index.count({ limit: 1 })).toBe(5)
    expect(await index.count({ actor: 'bob', limit: 1 })).toBe(2)
    expect(await index.count({ actor: 'carol' })).toBe(0)
  })

  it('are found by their IDs, and the IDs that have none are told in the order given', async () => {
    await index.insert(ROWS)
    const ids = [ulid(900), ulid(2), ulid(901), ulid(1), ulid(899)]
    expect(byId(await index.rows(ids))).toEqual(ROWS.slice(0, 2))
    expect(await index.rows([])).toEqual([])
    expect(await index.absent(ids)).toEqual([ulid(900), ulid(901), ulid(899)])
    expect(await index.absent([])).toEqual([])
  })

  it('that are absent are told in order from a list of any length', async () => {
    const there = [0, 4_999, 5_000, 9_999, 10_000].map((at) => at + 1)
    await index.insert(there.map((seed) => noteRow(seed)))
    const asked = Array.from({ length: 10_001 }, (_, at) => ulid(at + 1))
    const known = new Set(there.map(ulid))
    expect(await index.absent(asked)).toEqual(asked.filter((id) => !known.has(id)))
  })

  it('are stored once per ID, and only the rows that were left out are handed back', async () => {
    expect(await index.insert([])).toEqual([])
    expect(await index.insert([noteRow(1), noteRow(2)])).toEqual([])
    const [again, elsewhere] = [noteRow(1, { offset: 7 }), noteRow(2, { file: '2026-11-21.jsonl' })]
    expect(await index.insert([again, noteRow(3), elsewhere])).toEqual([again, elsewhere])
    expect(await index.locate({})).toEqual([noteRow(1), noteRow(2), noteRow(3)])
  })

  it('hand back the second of two rows with one ID that come together', async () => {
    const second = noteRow(1, { line: 2, offset: 200 })
    expect(await index.insert([noteRow(1), second])).toEqual([second])
    expect(await index.locate({})).toEqual([noteRow(1)])
  })

  it('move to another line with all that is known of them', async () => {
    await index.insert([noteRow(1), noteRow(2)])
    const moved = noteRow(2, { ...NEXT_DAY, actor: 'bob', line: 7, offset: 70, length: 8 })
    await index.relocate(moved)
    expect(await index.locate({})).toEqual([noteRow(1), moved])
  })

  it('of a package are found with those of its gates, and no others', async () => {
    const result = { event_type: 'GateResultChanged', work_package_id: null }
    await index.insert([
      noteRow(1),
      gateRow(3, 'G1', 'WP01'),
      gateRow(2, 'G1', 'WP01', result),
      gateRow(4, 'G2', 'WP02'),
      gateRow(5, 'G1', 'WP01', { feature_slug: '002-search' }),
      noteRow(6, { entity_id: 'G1', work_package_id: 'G1' }),
    ])
    expect(clocks(await index.locateWorkPackage('001-login', 'WP01'))).toEqual([1, 2, 3])
    expect(clocks(await index.locateWorkPackage('001-login', 'WP02'))).toEqual([4])
    expect(clocks(await index.locateWorkPackage('002-search', 'WP01'))).toEqual([5])
    expect(await index.locateWorkPackage('003-none', 'WP01')).toEqual([])
    const [place] = await index.locateWorkPackage('001-login', 'WP02')
    expect(place).toMatchObject({ event_id: ulid(4), line: 4, offset: 400, length: 100 })
  })

  it('name the package that a gate was created for first', async () => {
    await index.insert([
      gateRow(3, 'G1', 'WP02'),
      gateRow(2, 'G1', 'WP01'),
      noteRow(4, { entity_type: 'Gate', entity_id: 'G2', work_package_id: null }),
    ])
    expect(await index.gateOwner('001-login', 'G1')).toBe('WP01')
    expect(await index.gateOwner('001-login', 'G2')).toBeUndefined()
    expect(await index.gateOwner('002-search', 'G1')).toBeUndefined()
  })

  it('name no package for a gate whose creation names none', async () => {
    await index.insert([gateRow(1, 'G1', 'WP01', { work_package_id: null })])
    expect(await index.gateOwner('001-login', 'G1')).toBeUndefined()
  })

  it('are compared with those of any other index', async () => {
    await index.insert(ROWS)
    for (const { make: makeOther } of INDEX_KINDS) {
      const other = await makeOther()
      await other.insert(ROWS)
      expect(await index.hasRowsOf(other)).toBe(true)
      await other.relocate(noteRow(3, { feature_slug: '002-search', line: 8 }))
      expect(await index.hasRowsOf(other)).toBe(false)
    }
  })

  it('are misfiled where their file is of another day, wherever it is in the log', async () => {
    const misfiled = noteRow(6, { lamport_clock: 2, file: '2026-11-21.jsonl' })
    await index.insert([
      noteRow(5, { file: 'hub/2026-11-22.jsonl' }),
      noteRow(4, { file: '2026-11-22.a.jsonl' }),
      noteRow(3, { file: 'hub/2026-11-23.jsonl' }),
      misfiled,
      noteRow(2, { lamport_clock: 3, file: '2026-11-21.jsonl' }),
      noteRow(1),
    ])
    expect((await index.misfiled()).map(({ event_id }) => event_id)).toEqual([6, 2, 3].map(ulid))
    expect((await index.misfiled())[0]).toEqual(misfiled)
  })
})
