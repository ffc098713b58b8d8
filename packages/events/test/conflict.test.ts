import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  compareEvents,
  contestedWrites,
  detectCollisions,
  detectConflicts,
  entityKey,
  isKittyEvent,
  fold,
  outcomeOf,
  type LogEvent,
} from '../src/index.js'
import { bruteHappenedBefore, disturbed, histories } from './histories.js'
import { event, moved, ulid } from './support.js'

interface Write {
  event: LogEvent
  register: string
  outcome: string
}

/** Conflicts by their definition: writes tied together by concurrency whose last ones do not agree. */
function bruteConflicts(history: readonly LogEvent[]) {
  const before = bruteHappenedBefore(history)
  const writes = history.flatMap((one): Write[] =>
    (isKittyEvent(one) ? contestedWrites(one) : []).map((write) => ({
      event: one,
      register: `${entityKey(one)} ${write.register}`,
      outcome: outcomeOf(write),
    })),
  )
  const tied = (a: Write, b: Write) =>
    a !== b && a.register === b.register && !before(a.event, b.event) && !before(b.event, a.event)
  const headsOf = (group: readonly Write[]) =>
    group.filter((a) => !group.some((b) => before(a.event, b.event)))
  const left = new Set(writes)
  const found: { register: string; ids: string[]; open: boolean }[] = []
  for (const start of writes) {
    if (!left.delete(start)) continue
    const group = [start]
    for (const member of group) {
      for (const other of [...left]) if (tied(member, other)) left.delete(other) && group.push(other)
    }
    const heads = headsOf(group)
    if (new Set(heads.map(({ outcome }) => outcome)).size < 2) continue
    const rivals = headsOf(writes.filter(({ register }) => register === start.register))
    const ids = heads
      .map((write) => write.event)
      .sort(compareEvents)
      .map((one) => one.event_id)
    found.push({ register: start.register, ids, open: rivals.every((head) => heads.includes(head)) })
  }
  const collisions = found.filter(({ register, open }) => open && register.endsWith(' file'))
  const colliding = new Set(collisions.flatMap(({ ids }) => ids))
  const conflicts = found.filter(
    ({ register, ids }) => !register.endsWith(' file') && !ids.every((id) => colliding.has(id)),
  )
  return { conflicts, collisions }
}

describe('detectConflicts', () => {
  it('finds exactly what the definition calls a conflict or a collision, open or settled', () => {
    fc.assert(
      fc.property(histories, (history) => {
        const found = detectConflicts(history).map(({ events, open, feature, register, ...one }) => ({
          register: `${feature}\n${register.startsWith('gate') ? 'Gate' : 'WorkPackage'}\n${one.entity_id} ${register}`,
          ids: events.map((write) => write.event_id),
          open,
        }))
        const byName = (a: { register: string; ids: string[] }, b: typeof a) =>
          a.register + a.ids.join() < b.register + b.ids.join() ? -1 : 1
        const { conflicts, collisions } = bruteConflicts(history)
        expect(found.sort(byName)).toEqual(conflicts.sort(byName))
        expect(detectCollisions(history).map(({ files }) => files.map((file) => file.event_id))).toEqual(
          collisions.map(({ ids }) => ids),
        )
      }),
      { numRuns: 300 },
    )
  })

  it('depends on the set of events alone', () => {
    fc.assert(
      fc.property(
        histories.chain((history) => fc.tuple(fc.constant(history), disturbed(history))),
        ([history, mess]) => {
          expect(detectConflicts(mess)).toEqual(detectConflicts(history))
        },
      ),
    )
  })

  it('describes a conflict as other programs read it', () => {
    const base = moved('planned', { id: 1, clock: 1, parents: [] })
    const mine = moved('doing', { id: 2, clock: 2, parents: [1], actor: 'ada' })
    const theirs = moved('rejected', { id: 3, clock: 2, parents: [1], actor: 'bob' })
    const timestamp = '2026-11-22T10:00:00.000Z'
    expect(detectConflicts([base, mine, theirs])).toEqual([
      {
        feature: '001-demo',
        entity_id: 'WP01',
        register: 'status',
        events: [
          {
            event_id: ulid(2),
            actor: 'ada',
            value: 'doing',
            holder: { actor: 'ada', session: null },
            timestamp,
            lamport_clock: 2,
          },
          { event_id: ulid(3), actor: 'bob', value: 'rejected', timestamp, lamport_clock: 2 },
        ],
        winner: ulid(3),
        rule: 'last_writer_wins',
        open: true,
      },
    ])
    const settled = [...[base, mine, theirs], moved('doing', { id: 4, clock: 3, parents: [2, 3] })]
    expect(detectConflicts(settled)).toMatchObject([{ winner: ulid(3), open: false }])
  })

  it('names the winner and the rule that is configured', () => {
    const fork = [moved('for_review', { id: 1, clock: 1 }), moved('doing', { id: 2, clock: 1 })]
    expect(detectConflicts(fork)).toMatchObject([{ winner: ulid(2), rule: 'last_writer_wins' }])
    expect(detectConflicts(fork, { statusRule: 'priority' })).toMatchObject([
      { winner: ulid(1), rule: 'priority' },
    ])
  })

  it('holds the same outcome on both sides for an agreement', () => {
    expect(
      detectConflicts([moved('doing', { id: 1, clock: 1 }), moved('doing', { id: 2, clock: 1 })]),
    ).toEqual([])
  })

  it('names the writes that are in each other’s way, not those they have replaced', () => {
    const fork = [
      moved('doing', { id: 1, clock: 1, parents: [] }),
      moved('doing', { id: 2, clock: 1, parents: [] }),
      moved('for_review', { id: 3, clock: 2, parents: [1] }),
    ]
    expect(detectConflicts(fork).map(({ events }) => events.map(({ value }) => value))).toEqual([
      ['doing', 'for_review'],
    ])
    expect(detectConflicts([...fork, moved('for_review', { id: 4, clock: 2, parents: [2] })])).toEqual([])
  })

  it('holds two claims for a conflict when their holders differ, and for an agreement when they are one', () => {
    const claim = (id: number, actor: string, session?: string) =>
      event(
        'WPStatusChanged',
        { old_status: 'planned', new_status: 'doing', ...(session === undefined ? {} : { session }) },
        { id, clock: 1, actor, parents: [] },
      )
    const both = (a: LogEvent, b: LogEvent) => detectConflicts([a, b]).length
    expect(both(claim(1, 'ada'), claim(2, 'bob'))).toBe(1)
    expect(both(claim(1, 'ada', 's1'), claim(2, 'ada', 's2'))).toBe(1)
    expect(both(claim(1, 'ada', 's1'), claim(2, 'ada'))).toBe(1)
    expect(both(claim(1, 'ada'), claim(2, 'ada'))).toBe(0)
    expect(both(claim(1, 'J\u00fcrgen'), claim(2, 'Ju\u0308rgen\u200b'))).toBe(0)
    const [mine, theirs] = [claim(1, 'ada'), claim(2, 'bob')]
    expect(fold([mine, theirs])).toMatchObject({ lane_actor: 'bob', conflicts: [{ register: 'status' }] })
    expect(fold([mine, theirs, moved('planned', { id: 3, parents: [1, 2] })])?.conflicts).toEqual([])
    const review = (id: number, actor: string) => moved('for_review', { id, clock: 1, actor, parents: [] })
    expect(both(review(1, 'ada'), review(2, 'bob'))).toBe(0)
  })

  it('tells registers, entities and features apart', () => {
    const tick = (done: boolean, id: number, subtask_id: string) =>
      event('SubtaskCompleted', { work_package_id: 'WP01', subtask_id, done }, { id, clock: 1 })
    expect(detectConflicts([tick(true, 1, 'T001'), tick(false, 2, 'T002')])).toEqual([])
    expect(detectConflicts([tick(true, 1, 'T001'), tick(false, 2, 'T001')])).toMatchObject([
      { register: 'subtask:T001' },
    ])
    expect(
      detectConflicts([moved('doing', { clock: 1 }), moved('done', { clock: 1, entity: 'WP02' })]),
    ).toEqual([])
    expect(
      detectConflicts([moved('doing', { clock: 1 }), moved('done', { clock: 1, feature: '002-b' })]),
    ).toEqual([])
  })

  it('never finds a conflict in tags, usage, notes', () => {
    const quiet = (id: number) => [
      event('TagsChanged', { added: [`t${id}`], removed: [] }, { id: id + 10, clock: 1 }),
      event('UsageRecorded', { tokens: id }, { id: id + 20, clock: 1 }),
      event('NoteAdded', { text: `n${id}` }, { id: id + 30, clock: 1 }),
    ]
    expect(detectConflicts([...quiet(1), ...quiet(2)])).toEqual([])
  })

  it('finds concurrent definitions of a feature and results of a gate', () => {
    const spec = (title: string, id: number) =>
      event('SpecCreated', { title, mission: 'm', created_by: 'ada' }, { id, clock: 1 })
    const gate = (new_status: string, id: number) =>
      event('GateResultChanged', { gate_id: 'G1', old_status: 'pending', new_status }, { id, clock: 1 })
    expect(detectConflicts([spec('a', 1), spec('b', 2)])).toMatchObject([
      { register: 'definition', entity_id: '001-demo' },
    ])
    expect(detectConflicts([gate('passed', 1), gate('failed', 2)])).toMatchObject([
      { register: 'gate:G1', entity_id: 'G1' },
    ])
  })
})
