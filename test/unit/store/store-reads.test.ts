import { appendFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { LogEvent, NewEvent } from '../../../src/core/events-lib.js'
import type { EventStore } from '../../../src/core/store/event-store.js'
import { note, noteLine } from '../../support/events.js'
import { BY_ADA, inProcess } from '../../support/session.js'
import { sharedFolder } from '../../support/temp-folder.js'
import { TempRepository } from '../../support/temp-repository.js'

const FAR = 1_000_000_000

function draft(
  event_type: string,
  entity_id: string,
  payload: object,
  entity_type = 'WorkPackage',
): NewEvent {
  return {
    event_type,
    entity_id,
    entity_type,
    payload: { feature_slug: '001-login', ...payload },
  } as NewEvent // the schema is checked by the store
}
const noteOn = (id: string, text = 'hm', feature = '001-login'): NewEvent =>
  draft('NoteAdded', id, { text, feature_slug: feature })
const move = (id: string, from: string, to: string): NewEvent =>
  draft('WPStatusChanged', id, { old_status: from, new_status: to })

describe('what a store reads', () => {
  let store: EventStore
  let repository: TempRepository
  let written: readonly LogEvent[]

  beforeAll(async () => {
    repository = new TempRepository(sharedFolder())
    repository.initKitty()
    store = (await inProcess({ cwd: repository.root })).store
    written = await store.emit(
      [
        noteOn('WP01'),
        noteOn('WP02'),
        noteOn('WP100'),
        noteOn('WP99'),
        draft('GateCreated', 'G1', { work_package_id: 'WP01', gate_id: 'G1', gate_type: 'tests' }, 'Gate'),
        noteOn('WP01', 'elsewhere', '002-logout'),
      ],
      { ...BY_ADA, causationId: 'op-1' },
    )
  })
  afterAll(() => store.close())

  const texts = (events: readonly LogEvent[]): unknown[] => events.map((event) => event.event_id)
  const idsOf = (...at: number[]): unknown[] => at.map((one) => written[one]?.event_id)
  const names = (rows: readonly { feature_slug: string; work_package_id: string }[]): string[] =>
    rows.map(({ feature_slug, work_package_id }) => `${feature_slug} ${work_package_id}`)

  it('knows which events it has written', () => {
    expect([...store.written]).toEqual(texts(written))
  })

  it('finds events by ID, in the order asked for, without those that the log lacks', async () => {
    const ids = [written[3], written[0]].map((event) => event?.event_id as string)
    expect(texts(await store.eventsOf([ids[0] ?? '', 'none', ids[1] ?? '']))).toEqual(idsOf(3, 0))
  })

  it('finds events by filter, and counts them whatever the limit', async () => {
    expect(texts(await store.read({ entity: 'WP01' }))).toEqual(idsOf(0, 5))
    expect(texts(await store.read({ limit: 2 }))).toEqual(idsOf(4, 5))
    expect(await store.count({ feature: '001-login', limit: 1 })).toBe(5)
    expect(await store.count()).toBe(6)
    expect(texts(await store.causedBy('op-1'))).toEqual(idsOf(0, 1, 2, 3, 4, 5))
    expect(await store.causedBy('op-2')).toEqual([])
  })

  it('streams the same events and IDs, the newest only where that is asked for', async () => {
    const streamed: LogEvent[] = []
    for await (const page of store.stream()) streamed.push(...page)
    expect(texts(streamed)).toEqual(texts(written))
    const newest: LogEvent[] = []
    for await (const page of store.stream({ limit: 2 })) newest.push(...page)
    expect(texts(newest)).toEqual(idsOf(4, 5))
    const ids: string[] = []
    for await (const page of store.streamIds()) ids.push(...page)
    expect(ids).toEqual(texts(written))
  })

  it('shows packages by feature and number, all or one feature’s', async () => {
    const all = ['001-login WP01', '001-login WP02', '001-login WP99', '001-login WP100', '002-logout WP01']
    expect(names(await store.workPackages())).toEqual(all)
    expect(names(await store.boardRows())).toEqual(all)
    expect(names(await store.workPackages('002-logout'))).toEqual(all.slice(4))
    expect(names(await store.boardRows('001-login'))).toEqual(all.slice(0, 4))
  })

  it('shows one package, and its history with its gates’ events', async () => {
    expect((await store.workPackage('001-login', 'WP02'))?.work_package_id).toBe('WP02')
    expect(await store.workPackage('002-logout', 'WP02')).toBeUndefined()
    expect(texts(await store.history('001-login', 'WP01'))).toEqual(idsOf(0, 4))
    expect(texts(await store.history('002-logout', 'WP01'))).toEqual(idsOf(5))
  })

  it('names features, positions and the greatest clock value', async () => {
    expect(await store.featureSlugs()).toEqual(['001-login', '002-logout'])
    expect(await store.features()).toEqual([])
    expect(await store.trustedClock()).toBe(6)
    expect(await store.positions()).toEqual([
      expect.objectContaining({ file: `${written[0]?.timestamp.slice(0, 10)}.jsonl`, line: 6 }),
    ])
  })

  describe('while a call supposes events', () => {
    const supposing = <T>(drafts: readonly NewEvent[], work: () => Promise<T>) =>
      store.exclusively('a test', () => store.supposing(drafts, BY_ADA, work))

    it('has them in the state that the package has without them', async () => {
      const { answer } = await supposing([noteOn('WP01', 'more')], () =>
        store.workPackage('001-login', 'WP01'),
      )
      expect(answer?.gates).toHaveLength(1)
    })

    it('has them in states and rows, and writes none of them', async () => {
      const { answer, isWritten } = await supposing(
        [move('WP02', 'planned', 'doing'), noteOn('WP07')],
        async () => ({
          one: (await store.workPackage('001-login', 'WP02'))?.lane,
          other: (await store.workPackage('001-login', 'WP01'))?.lane,
          elsewhere: await store.workPackage('002-logout', 'WP02'),
          states: (await store.workPackages('001-login')).map(({ work_package_id, lane }) => [
            work_package_id,
            lane,
          ]),
          rows: (await store.boardRows())
            .filter(({ lane }) => lane === 'doing')
            .map((row) => row.work_package_id),
          there: names(await store.boardRows('001-login')).at(-1),
        }),
      )
      expect(answer.one).toBe('doing')
      expect(answer.other).toBe('planned')
      expect(answer.elsewhere).toBeUndefined()
      expect(answer.states).toContainEqual(['WP02', 'doing'])
      expect(answer.states.map(([id]) => id)).toEqual(['WP01', 'WP02', 'WP07', 'WP99', 'WP100'])
      expect(answer.rows).toEqual(['WP02'])
      expect(isWritten).toBe(false)
      expect((await store.workPackage('001-login', 'WP02'))?.lane).toBe('planned')
      expect(await store.count()).toBe(6)
    })
  })

  it('lists lines that are no events, and events with a clock far above the others', async () => {
    const other = new TempRepository()
    other.initKitty()
    other.write('.kittify/events/2026-11-22.jsonl', noteLine(1, { parents: [] }))
    appendFileSync(other.path('.kittify/events/2026-11-22.jsonl'), noteLine(2, { lamport_clock: FAR }))
    appendFileSync(other.path('.kittify/events/2026-11-22.jsonl'), 'no event\n')
    const { store: reader } = await inProcess({ cwd: other.root })
    const problems = await reader.problems()
    expect(problems.map(({ kind, line }) => [kind, line])).toContainEqual(['suspicious_clock', 2])
    expect(problems.map(({ line }) => line)).toContain(3)
    expect(await reader.trustedClock()).toBe(1)
    expect((await reader.wholeLog()).map(({ event_id }) => event_id)).toEqual([note(1).event_id])
    await reader.close()
  })
})
