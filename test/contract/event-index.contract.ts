import { appendFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CLOCK_GAP, compareEvents, encodeEvent, fold, type LogEvent } from '../../src/core/events-lib.js'
import { boardRowOf } from '../../src/core/index/board-row.js'
import { catchUp } from '../../src/core/index/ingest/catch-up.js'
import type { EventFilter, EventIndex } from '../../src/core/index/event-index.js'
import type { EventLog } from '../../src/core/log/event-log.js'
import { JsonlEventLog } from '../../src/core/log/jsonl-event-log.js'
import { note } from '../support/events.js'
import { tempFolder } from '../support/temp-folder.js'
import { plainRows } from '../support/plain-rows.js'
import { FileJournal } from '../../src/core/log/repair/file-journal.js'

const FEATURES = ['001-login', '002-search'] as const
const ENTITIES = ['WP01', 'WP02', "'; DROP TABLE event; --", 'WP%', 'WP_1'] as const
const ACTORS = ['ada', 'bob', '" OR 1=1', '猫'] as const
const DAYS = ['2026-11-21', '2026-11-22'] as const

interface Made {
  readonly log: EventLog
  readonly eventsDir: string
}

function emptyLog(): Made {
  const root = tempFolder()
  const eventsDir = join(root, 'events')
  mkdirSync(eventsDir)
  const journal = new FileJournal(join(root, 'private', 'journal.jsonl'))
  return { log: new JsonlEventLog({ eventsDir, errorsDir: join(root, 'errors') }, journal), eventsDir }
}

/** Puts events into the files of their days, in the order given. */
function write({ eventsDir }: Made, events: readonly LogEvent[]): void {
  for (const event of events) appendFileSync(fileOf(eventsDir, event), encodeEvent(event))
}

function fileOf(eventsDir: string, event: LogEvent): string {
  return join(eventsDir, `${event.timestamp.slice(0, 10)}.jsonl`)
}

const histories = fc
  .array(
    fc.record({
      feature: fc.constantFrom(...FEATURES),
      entity: fc.constantFrom(...ENTITIES),
      actor: fc.constantFrom(...ACTORS),
      day: fc.constantFrom(...DAYS),
      clock: fc.integer({ min: 1, max: 30 }),
      causation: fc.constantFrom(null, 'op-1', 'op-2'),
    }),
    { maxLength: 25 },
  )
  .map((facts) =>
    facts.map(({ feature, entity, actor, day, clock, causation }, at) =>
      note(at + 1, {
        lamport_clock: clock,
        entity_id: entity,
        actor,
        timestamp: `${day}T10:00:${String(at).padStart(2, '0')}.000Z`,
        causation_id: causation,
        payload: { feature_slug: feature, text: `note ${at}` },
      }),
    ),
  )

const maybe = <T>(values: readonly T[]): fc.Arbitrary<T | undefined> => fc.constantFrom(undefined, ...values)

const filters: fc.Arbitrary<EventFilter> = fc.record({
  feature: maybe(FEATURES),
  entity: maybe(ENTITIES),
  type: maybe(['NoteAdded', 'x.none.Such']),
  actor: maybe(ACTORS),
  causation: maybe(['op-1']),
  sinceClock: maybe([0, 10, 29]),
  from: maybe(['2026-11-22', '2026-11-21T10:00:03.000Z']),
  to: maybe(['2026-11-21', '2026-11-22T10:00:09.000Z']),
  limit: maybe([1, 5]),
})

/** What a filter means, said without an index. */
function expected(events: readonly LogEvent[], filter: EventFilter): string[] {
  const upTo = filter.to?.length === 10 ? `${filter.to}T23:59:59.999Z` : filter.to
  const found = [...events]
    .sort(compareEvents)
    .filter(
      (event) =>
        (filter.feature ?? event.payload.feature_slug) === event.payload.feature_slug &&
        (filter.entity ?? event.entity_id) === event.entity_id &&
        (filter.type ?? event.event_type) === event.event_type &&
        (filter.actor ?? event.actor) === event.actor &&
        (filter.causation === undefined || filter.causation === event.causation_id) &&
        event.lamport_clock > (filter.sinceClock ?? 0) &&
        event.timestamp >= (filter.from ?? '') &&
        (upTo === undefined || event.timestamp <= upTo),
    )
  const { limit = found.length, sinceClock } = filter
  const kept =
    sinceClock === undefined ? found.slice(Math.max(0, found.length - limit)) : found.slice(0, limit)
  return kept.map((event) => event.event_id)
}

/** What every index promises, whatever keeps its rows. `make` answers an empty one, closed after the test. */
export function describeEventIndex(name: string, make: () => Promise<EventIndex>): void {
  describe(name, () => {
    it('finds by any filter exactly what reading the whole log would find, in the total order', async () => {
      await fc.assert(
        fc.asyncProperty(
          histories,
          fc.array(filters, { minLength: 1, maxLength: 8 }),
          async (events, asked) => {
            const made = emptyLog()
            write(made, events)
            const index = await make()
            await catchUp(made.log, index)
            for (const filter of asked) {
              const rows = await index.locate(filter)
              expect(rows.map((row) => row.event_id)).toEqual(expected(events, filter))
              expect(made.log.readEvents(rows).map((event) => event?.event_id)).toEqual(
                rows.map((row) => row.event_id),
              )
              const places = rows.map(({ event_id, lamport_clock, file, line, offset, length }) => ({
                event_id,
                lamport_clock,
                file,
                line,
                offset,
                length,
              }))
              expect(await index.places(filter)).toMatchObject(places)
              expect(await index.count(filter)).toBe(expected(events, { ...filter, limit: undefined }).length)
            }
            expect(await index.count()).toBe(events.length)
          },
        ),
        { numRuns: 12 },
      )
    })

    it('answers the same states however the log was cut into catch-ups', async () => {
      await fc.assert(
        fc.asyncProperty(histories, fc.integer({ min: 0, max: 25 }), async (events, cut) => {
          const made = emptyLog()
          const index = await make()
          write(made, events.slice(0, cut))
          await catchUp(made.log, index)
          write(made, events.slice(cut))
          await catchUp(made.log, index)
          const keys = new Set(events.map((event) => `${event.payload.feature_slug}\0${event.entity_id}`))
          const states = [...keys]
            .sort()
            .map((key) =>
              fold(events.filter((event) => `${event.payload.feature_slug}\0${event.entity_id}` === key)),
            )
          expect(await index.workPackages()).toEqual(states)
          const rows = states.flatMap((state) => (state === undefined ? [] : boardRowOf(state)))
          expect(plainRows(await index.boardRows())).toEqual(rows)
          const ofOne = rows.filter((row) => row.feature_slug === FEATURES[1])
          expect(plainRows(await index.boardRows(FEATURES[1]))).toEqual(ofOne)
        }),
        { numRuns: 12 },
      )
    })

    it('takes a log in whole, however its lines are spread over files of any length', async () => {
      const made = emptyLog()
      const day = (at: number): string => `2026-11-${String(1 + (at % 20)).padStart(2, '0')}`
      const events = Array.from({ length: 5000 }, (_, at) =>
        // Most of one day, some of all: more than one batch holds, and a few that are left.
        note(at + 1, { timestamp: `${day(at % 3 === 0 ? at : 7)}T10:00:00.000Z`, entity_id: `WP0${at % 7}` }),
      )
      for (const date of new Set(events.map((event) => event.timestamp.slice(0, 10)))) {
        const lines = events.filter((event) => event.timestamp.startsWith(date)).map(encodeEvent)
        writeFileSync(join(made.eventsDir, `${date}.jsonl`), lines.join(''))
      }
      const index = await make()
      expect((await catchUp(made.log, index)).lines).toBe(5000)
      expect(await index.count()).toBe(5000)
      expect(await index.freshness(made.log.list())).toMatchObject({ isUpToDate: true, isWhole: true })
      const states = await index.workPackages('001-login')
      expect(states.map((state) => state.event_count).reduce((sum, count) => sum + count, 0)).toBe(5000)
    })

    it('reads nothing again while no file has changed', async () => {
      const made = emptyLog()
      write(made, [note(1), note(2)])
      const index = await make()
      expect((await catchUp(made.log, index)).lines).toBe(2)
      expect(await catchUp(made.log, index)).toMatchObject({ lines: 0, rewritten: [] })
      write(made, [note(3)])
      expect((await catchUp(made.log, index)).lines).toBe(1)
    })

    it('counts a line once that is alone in its file and known already, and says so', async () => {
      const made = emptyLog()
      write(made, [note(1), note(2)])
      const index = await make()
      await catchUp(made.log, index)
      write(made, [note(2)])
      await catchUp(made.log, index)
      expect(await index.count()).toBe(2)
      expect((await index.problems()).map(({ kind, line }) => [kind, line])).toContainEqual(['duplicate', 3])
    })

    it('forgets what a file that was removed or rewritten no longer holds', async () => {
      const made = emptyLog()
      const index = await make()
      const later = note(3, { timestamp: '2026-11-23T08:00:00.000Z' })
      write(made, [note(1), note(2), later])
      await catchUp(made.log, index)
      writeFileSync(fileOf(made.eventsDir, note(1)), encodeEvent(note(2)))
      expect((await catchUp(made.log, index)).rewritten).toEqual(['2026-11-22.jsonl'])
      expect((await index.locate({})).map((row) => row.lamport_clock)).toEqual([2, 3])
      rmSync(fileOf(made.eventsDir, later))
      await catchUp(made.log, index)
      expect((await index.locate({})).map((row) => row.lamport_clock)).toEqual([2])
      expect(await index.maximumClock()).toBe(2)
      expect(await index.workPackages()).toEqual([fold([note(2)])])
    })

    it('counts an event once that is in two places, and says where the second one is', async () => {
      const made = emptyLog()
      write(made, [note(1), note(2), note(1)])
      const index = await make()
      await catchUp(made.log, index)
      expect(await index.count()).toBe(2)
      expect((await index.problems()).map(({ line, kind }) => [line, kind])).toEqual([
        [3, 'out_of_order'],
        [3, 'duplicate'],
      ])
    })

    it('chooses between two lines of one id by their bytes, no matter which was read first', async () => {
      const [a, b] = [note(1), note(1, { payload: { feature_slug: '001-login', text: 'another' } })]
      const chosen: (LogEvent | undefined)[] = []
      for (const order of [
        [a, b],
        [b, a],
      ]) {
        const made = emptyLog()
        write(made, order)
        const index = await make()
        await catchUp(made.log, index)
        chosen.push(...made.log.readEvents(await index.locate({})))
        expect((await index.problems()).map(({ kind }) => kind)).toContain('same_id')
      }
      expect(chosen).toHaveLength(2)
      expect(chosen[0]).toEqual(chosen[1])
    })

    it('takes a line with a Windows line end, or after a byte order mark, for the same line', async () => {
      const made = emptyLog()
      const line = encodeEvent(note(1))
      writeFileSync(fileOf(made.eventsDir, note(1)), `\uFEFF${line}${line.replace('\n', '\r\n')}`)
      const index = await make()
      await catchUp(made.log, index)
      expect((await index.problems()).map(({ kind }) => kind)).toEqual(['bom', 'crlf', 'duplicate'])
    })

    it('keeps an event whose clock cannot be true out of the states and out of the clock', async () => {
      const made = emptyLog()
      const poison = note(9, { lamport_clock: 5_000_000_000 })
      write(made, [note(1), note(2), poison])
      const index = await make()
      await catchUp(made.log, index)
      expect(await index.maximumClock()).toBe(2)
      expect((await index.suspicious()).map((row) => row.lamport_clock)).toEqual([5_000_000_000])
      expect(await index.workPackages()).toEqual([fold([note(1), note(2)])])
      expect(await index.write((writer) => writer.clocksAbove(1))).toEqual([2, 5_000_000_000])
      expect(await index.write((writer) => writer.clocks())).toEqual({ trusted: 2, greatest: 5_000_000_000 })
    })

    it('takes such an event in once the gap below it has closed', async () => {
      const made = emptyLog()
      const first = note(1)
      const far = note(2, { lamport_clock: CLOCK_GAP + 100 })
      const between = note(3, { lamport_clock: CLOCK_GAP })
      write(made, [first])
      const index = await make()
      await catchUp(made.log, index)
      write(made, [far])
      await catchUp(made.log, index)
      expect((await index.suspicious()).map((row) => row.event_id)).toEqual([far.event_id])
      expect(await index.workPackages()).toEqual([fold([first])])
      write(made, [between])
      await catchUp(made.log, index)
      expect(await index.suspicious()).toEqual([])
      expect(await index.maximumClock()).toBe(CLOCK_GAP + 100)
      expect(await index.workPackages()).toEqual([fold([first, between, far])])
    })

    it('finds a package’s gates with it, also those whose results come before them', async () => {
      const made = emptyLog()
      const gate = (seed: number, event_type: string, payload: Record<string, unknown>): LogEvent =>
        note(seed, {
          event_type,
          entity_type: 'Gate',
          entity_id: 'G1',
          payload: { feature_slug: '001-login', gate_id: 'G1', ...payload },
        })
      const events = [
        note(1),
        gate(2, 'GateCreated', { work_package_id: 'WP01', gate_type: 'CI_CHECK' }),
        gate(3, 'GateResultChanged', { old_status: 'pending', new_status: 'passed' }),
      ]
      write(made, [...events].reverse())
      const index = await make()
      await catchUp(made.log, index)
      expect((await index.locateWorkPackage('001-login', 'WP01')).map((row) => row.lamport_clock)).toEqual([
        1, 2, 3,
      ])
      expect(await index.gateOwner('001-login', 'G1')).toBe('WP01')
      expect(await index.gateOwner('002-search', 'G1')).toBeUndefined()
      expect((await index.workPackage('001-login', 'WP01'))?.gates).toMatchObject([
        { gate_id: 'G1', status: 'passed' },
      ])
    })

    it('knows what a board shows of a package, whatever its title holds', async () => {
      const made = emptyLog()
      const title = 'Say "猫",\n],\n["and\u2028more'
      const about = (seed: number, event_type: string, payload: Record<string, unknown>): LogEvent =>
        note(seed, { event_type, payload: { feature_slug: '001-login', ...payload } })
      write(made, [
        about(1, 'WPCreated', {
          work_package_id: 'WP01',
          title,
          dependencies: ['WP02'],
          subtasks: ['T001', 'T002'],
        }),
        about(2, 'SubtaskCompleted', { work_package_id: 'WP01', subtask_id: 'T002', done: true }),
        about(3, 'TagsChanged', { added: ['a', 'b'], removed: [] }),
        note(4, { entity_id: 'WP02' }),
      ])
      const index = await make()
      await catchUp(made.log, index)
      const [row, other, ...more] = await index.boardRows('001-login')
      expect(row).toMatchObject({
        feature_slug: '001-login',
        work_package_id: 'WP01',
        title,
        lane: 'planned',
      })
      expect(row).toMatchObject({ dependencies: ['WP02'], tags: ['a', 'b'], subtasks: { done: 1, total: 2 } })
      expect([other?.work_package_id, other?.title, more]).toEqual(['WP02', null, []])
      expect(await index.boardRows('002-search')).toEqual([])
    })

    it('knows features by their latest definition', async () => {
      const made = emptyLog()
      const spec = note(1, {
        event_type: 'SpecCreated',
        entity_type: 'FeatureSpec',
        entity_id: '001-login',
        payload: { feature_slug: '001-login', title: 'Log in', mission: 'software-dev', created_by: 'ada' },
      })
      write(made, [spec, note(2)])
      const index = await make()
      await catchUp(made.log, index)
      expect(await index.features()).toMatchObject([
        { feature_slug: '001-login', title: 'Log in', created_by: 'ada' },
      ])
      expect(await index.workPackages('002-search')).toEqual([])
    })

    it('takes every definition of a feature into account, whatever entity it names', async () => {
      const made = emptyLog()
      const spec = (id: number, entity_id: string, title: string): LogEvent =>
        note(id, {
          event_type: 'SpecCreated',
          entity_type: 'FeatureSpec',
          entity_id,
          payload: { feature_slug: '001-login', title, mission: 'software-dev', created_by: 'ada' },
        })
      write(made, [spec(3, '001-login', 'Enter'), spec(1, 'login', 'Sign in')])
      const index = await make()
      await catchUp(made.log, index)
      expect(await index.features()).toMatchObject([{ feature_slug: '001-login', title: 'Enter' }])
      write(made, [spec(2, 'login', 'Sign in again')])
      await catchUp(made.log, index)
      expect(await index.features()).toMatchObject([{ title: 'Enter' }])
      const other = await make()
      await catchUp(made.log, other)
      expect(await other.features()).toEqual(await index.features())
    })
  })
}
