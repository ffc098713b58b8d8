import { appendFileSync } from 'node:fs'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { CLOCK_GAP, encodeEvent, fold, type LogEvent } from '../../../src/core/events-lib.js'
import { catchUp } from '../../../src/core/index/ingest/catch-up.js'
import type { EventFilter } from '../../../src/core/index/event-index.js'
import { note, ulid } from '../../support/events.js'
import { PlainLog } from '../../support/plain-log.js'

const DAY = '2026-11-22.jsonl'
const NEXT_DAY = '2026-11-23.jsonl'
const FEATURE = '001-login'

const gate = (
  seed: number,
  event_type: string,
  payload: Readonly<Record<string, unknown>>,
  changes: Readonly<Record<string, unknown>> = {},
): LogEvent =>
  note(seed, {
    event_type,
    entity_type: 'Gate',
    entity_id: 'G1',
    payload: { feature_slug: FEATURE, gate_id: 'G1', ...payload },
    ...changes,
  })
const created = (seed: number, changes: Readonly<Record<string, unknown>> = {}): LogEvent =>
  gate(seed, 'GateCreated', { work_package_id: 'WP01', gate_type: 'CI_CHECK' }, changes)
const passed = (seed: number, changes: Readonly<Record<string, unknown>> = {}): LogEvent =>
  gate(seed, 'GateResultChanged', { old_status: 'pending', new_status: 'passed' }, changes)
const spec = (
  seed: number,
  title: string,
  feature_slug = FEATURE,
  changes: Readonly<Record<string, unknown>> = {},
): LogEvent =>
  note(seed, {
    event_type: 'SpecCreated',
    entity_type: 'FeatureSpec',
    entity_id: feature_slug,
    payload: { feature_slug, title, mission: 'software-dev', created_by: 'ada' },
    ...changes,
  })

describe('the states that an index makes of events', () => {
  let made: PlainLog
  const readFrom = async (file: string, ...events: readonly LogEvent[]): Promise<void> => {
    appendFileSync(made.path(file), events.map(encodeEvent).join(''))
    await catchUp(made.log, made.index)
  }
  const read = (...events: readonly LogEvent[]): Promise<void> => readFrom(DAY, ...events)
  const states = (): Promise<unknown> => made.index.workPackages()
  const titles = async (): Promise<unknown> =>
    (await made.index.features()).map(({ feature_slug, title }) => [feature_slug, title])

  beforeEach(() => {
    made = new PlainLog()
  })

  describe('of gates', () => {
    it('are those of the package that a gate was created for', async () => {
      await read(note(1), created(2))
      await read(passed(3))
      expect(await states()).toEqual([fold([note(1), created(2), passed(3)])])
    })

    it('are none for a gate that was never created', async () => {
      await read(passed(1))
      await read(passed(2))
      expect(await states()).toEqual([])
    })

    it('count a result that was read before the gate was created', async () => {
      await read(note(1), passed(3))
      await readFrom(NEXT_DAY, created(2))
      expect(await states()).toEqual([fold([note(1), created(2), passed(3)])])
    })

    it('are made of all events when a result comes with concurrent ones', async () => {
      await read(note(1, { parents: [] }), created(2))
      const two = [3, 4].map((seed) => note(seed, { parents: [ulid(1)] }))
      await read(...two, passed(5))
      expect(await states()).toEqual([fold([note(1, { parents: [] }), created(2), ...two, passed(5)])])
    })

    it('take a result in once the gap below it has closed', async () => {
      const far = passed(4, { lamport_clock: CLOCK_GAP + 100 })
      await read(note(1), created(2), far)
      expect(await states()).toEqual([fold([note(1), created(2)])])
      const between = note(3, { lamport_clock: CLOCK_GAP, entity_id: 'WP02' })
      await read(between)
      expect(await states()).toEqual([fold([note(1), created(2), far]), fold([between])])
    })

    it('take a gate in once the gap below it has closed', async () => {
      const far = created(4, { lamport_clock: CLOCK_GAP + 100 })
      await read(note(1), far)
      const between = note(3, { lamport_clock: CLOCK_GAP, entity_id: 'WP02' })
      await read(between)
      expect(await states()).toEqual([fold([note(1), far]), fold([between])])
    })
  })

  describe('of features', () => {
    it('are made of each one’s own definitions', async () => {
      await read(spec(1, 'Log in'), spec(2, 'Search', '002-search'), note(3))
      expect(await titles()).toEqual([
        [FEATURE, 'Log in'],
        ['002-search', 'Search'],
      ])
      await read(spec(4, 'Sign in'))
      expect(await titles()).toEqual([
        [FEATURE, 'Sign in'],
        ['002-search', 'Search'],
      ])
    })

    it('leave a definition out whose clock cannot be true, until the gap below it has closed', async () => {
      const far = spec(4, 'Sign in', FEATURE, { lamport_clock: CLOCK_GAP + 100 })
      await read(spec(1, 'Log in'), far)
      expect(await titles()).toEqual([[FEATURE, 'Log in']])
      await read(note(3, { lamport_clock: CLOCK_GAP }))
      expect(await titles()).toEqual([[FEATURE, 'Sign in']])
    })

    it('are of the line that counts where two lines have one ID', async () => {
      const [one, other] = [spec(1, 'Log in'), spec(1, 'Sign in')]
      await read(one)
      await readFrom(NEXT_DAY, other)
      const again = new PlainLog()
      const first = await titles()
      made = again
      await read(other)
      await readFrom(NEXT_DAY, one)
      expect(await titles()).toEqual(first)
    })

    it('are found by the one entity that their definitions are about, in a new index', async () => {
      const asked: EventFilter[] = []
      const locate = made.index.locate.bind(made.index)
      vi.spyOn(made.index, 'locate').mockImplementation((filter) => {
        asked.push(filter)
        return locate(filter)
      })
      const other = spec(3, 'Search', '002-search', { entity_id: 'search' })
      await read(
        spec(1, 'Log in'),
        spec(2, 'Sign in'),
        other,
        spec(4, 'Find', '002-search', { entity_id: 'find' }),
      )
      const entityType = 'FeatureSpec'
      expect(asked).toEqual([
        { feature: FEATURE, entity: FEATURE, entityType },
        { feature: '002-search', entity: undefined, entityType },
      ])
      asked.length = 0
      await read(spec(5, 'Enter'))
      expect(asked).toEqual([{ feature: FEATURE, entity: undefined, entityType }])
      expect(await titles()).toEqual([
        [FEATURE, 'Enter'],
        ['002-search', 'Find'],
      ])
    })
  })

  describe('of many', () => {
    it('are written five hundred at a time', async () => {
      const put = vi.spyOn(made.index, 'putWorkPackages')
      const many = Array.from({ length: 1001 }, (_, at) => note(at + 1, { entity_id: `WP${1000 + at}` }))
      await read(...many)
      expect(put.mock.calls.map(([written]) => written.length)).toEqual([500, 500, 1])
      expect((await made.index.workPackages()).map(({ work_package_id: id }) => id)).toEqual(
        many.map(({ entity_id }) => entity_id),
      )
    })

    it('are made when the rows are in, which are inserted some thousands at a time', async () => {
      const sizes: number[] = []
      let inserting = 0
      const insert = made.index.insert.bind(made.index)
      vi.spyOn(made.index, 'insert').mockImplementation(async (rows) => {
        sizes.push(rows.length)
        inserting += 1
        await new Promise(setImmediate)
        inserting -= 1
        return insert(rows)
      })
      const text = 'x'.repeat(1500)
      const many = Array.from({ length: 4500 }, (_, at) =>
        note(at + 1, { payload: { feature_slug: FEATURE, text } }),
      )
      appendFileSync(made.path(DAY), `${many.map(encodeEvent).join('')}no event\n`)
      await catchUp(made.log, made.index, { filled: async () => expect(inserting).toBe(0) })
      expect(sizes.length).toBeGreaterThan(1)
      for (const size of sizes.slice(0, -1)) expect(size).toBeGreaterThanOrEqual(2000)
      expect(await made.index.count()).toBe(4500)
      expect(await made.index.problems()).toMatchObject([{ file: DAY, line: 4501 }])

      // A failure waits for what is pending: it would go in after the transaction has ended.
      const scan = made.log.scan.bind(made.log)
      made.log.scan = function* (file, from) {
        if (file === NEXT_DAY) throw new TypeError('a defect')
        return yield* scan(file, from)
      }
      appendFileSync(
        made.path(DAY),
        many.map((event) => encodeEvent({ ...event, event_id: ulid(event.lamport_clock + 9000) })).join(''),
      )
      appendFileSync(made.path(NEXT_DAY), encodeEvent(note(9)))
      await expect(catchUp(made.log, made.index)).rejects.toThrow('a defect')
      expect(inserting).toBe(0)
    })
  })
})
