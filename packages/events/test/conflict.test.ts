import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  compareEvents,
  contestedWrite,
  detectConflicts,
  entityKey,
  isKittyEvent,
  type LogEvent,
} from '../src/index.js'
import { bruteHappenedBefore, disturbed, histories } from './histories.js'
import { event, moved, ulid } from './support.js'

interface Write {
  event: LogEvent
  register: string
  value: string
}

/** Conflicts by their definition: writes tied together by concurrency, if any two tied ones disagree. */
function bruteConflicts(history: readonly LogEvent[]) {
  const before = bruteHappenedBefore(history)
  const writes = history.flatMap((one): Write[] => {
    const write = isKittyEvent(one) ? contestedWrite(one) : undefined
    if (write === undefined) return []
    return [
      { event: one, register: `${entityKey(one)} ${write.register}`, value: JSON.stringify(write.value) },
    ]
  })
  const tied = (a: Write, b: Write) =>
    a !== b && a.register === b.register && !before(a.event, b.event) && !before(b.event, a.event)
  const left = new Set(writes)
  const found: { ids: string[]; open: boolean }[] = []
  for (const start of writes) {
    if (!left.delete(start)) continue
    const group = [start]
    for (const member of group) {
      for (const other of [...left]) if (tied(member, other)) left.delete(other) && group.push(other)
    }
    if (!group.some((a) => group.some((b) => tied(a, b) && a.value !== b.value))) continue
    const rivals = writes.filter(({ register }) => register === start.register)
    const heads = rivals.filter((a) => !rivals.some((b) => before(a.event, b.event)))
    const ids = group
      .map((write) => write.event)
      .sort(compareEvents)
      .map((one) => one.event_id)
    found.push({ ids, open: heads.length > 1 && heads.every((head) => group.includes(head)) })
  }
  return found
}

describe('detectConflicts', () => {
  it('finds exactly what the definition calls a conflict, open or settled', () => {
    fc.assert(
      fc.property(histories, (history) => {
        const found = detectConflicts(history).map(({ events, open }) => ({
          ids: events.map((one) => one.event_id),
          open,
        }))
        const byFirst = (a: { ids: string[] }, b: { ids: string[] }) => (a.ids.join() < b.ids.join() ? -1 : 1)
        expect(found.sort(byFirst)).toEqual(bruteConflicts(history).sort(byFirst))
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
          { event_id: ulid(2), actor: 'ada', value: 'doing', timestamp, lamport_clock: 2 },
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
