import fc from 'fast-check'
import { entityKey, type LogEvent } from '../src/index.js'
import { parsed, rawEvent } from './support.js'

const PAYLOADS: readonly (readonly [type: string, payload: object])[] = [
  [
    'WPCreated',
    { work_package_id: 'WP01', title: 'one', dependencies: ['WP02'], subtasks: ['T001', 'T002'] },
  ],
  ['WPCreated', { work_package_id: 'WP01', title: 'two', dependencies: [], subtasks: ['T002', 'T003'] }],
  ['WPStatusChanged', { old_status: 'planned', new_status: 'doing' }],
  ['WPStatusChanged', { old_status: 'doing', new_status: 'for_review' }],
  ['WPStatusChanged', { old_status: 'doing', new_status: 'unheard_of' }],
  ['SubtaskCompleted', { work_package_id: 'WP01', subtask_id: 'T001', done: true }],
  ['SubtaskCompleted', { work_package_id: 'WP01', subtask_id: 'T001', done: false }],
  ['SubtaskCompleted', { work_package_id: 'WP01', subtask_id: 'T009', done: true }],
  ['GateCreated', { work_package_id: 'WP01', gate_id: 'G1', gate_type: 'CI_CHECK' }],
  ['GateCreated', { work_package_id: 'WP02', gate_id: 'G1', gate_type: 'REVIEW' }],
  ['GateResultChanged', { gate_id: 'G1', old_status: 'pending', new_status: 'passed' }],
  [
    'GateResultChanged',
    { gate_id: 'G1', old_status: 'pending', new_status: 'failed', result_data: { n: 1 } },
  ],
  ['TagsChanged', { added: ['red', 'blue'], removed: [] }],
  ['UsageRecorded', { tokens: 3, seconds: 2 }],
  ['NoteAdded', { text: 'a note' }],
  ['WorkspaceCreated', { work_package_id: 'WP01', worktree_path: '/w', branch_name: 'b' }],
  ['x.acme.Poked', {}],
]

const step = fc.record({
  kind: fc.nat(PAYLOADS.length - 1),
  actor: fc.constantFrom('ada', 'bob', 'cyd'),
  // Which earlier events it names as parents; `none` is a writer that knows no parents at all.
  parents: fc.oneof(
    { weight: 5, arbitrary: fc.array(fc.nat(30), { maxLength: 3 }) },
    { weight: 1, arbitrary: fc.constant('none' as const) },
    { weight: 3, arbitrary: fc.constant('heads' as const) },
  ),
  // Mostly what Lamport's law asks for; sometimes any small number, as a careless or hostile writer would.
  clock: fc.oneof(
    { weight: 4, arbitrary: fc.nat(1) },
    { weight: 1, arbitrary: fc.integer({ min: -6, max: -1 }) },
  ),
  removesTag: fc.boolean(),
})

export type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never

/** One more event after a history, as the step describes it. */
export function nextEvent(
  history: readonly LogEvent[],
  { kind, actor, parents, clock, removesTag }: Step,
): LogEvent {
  const [type, payload] = PAYLOADS[kind] ?? ['NoteAdded', { text: '' }]
  const id = history.length + 1
  const bare = parsed(rawEvent(type, payload, { id, clock: 1 }))
  const own = history.filter((event) => entityKey(event) === entityKey(bare))
  const named =
    parents === 'none'
      ? undefined
      : parents === 'heads'
        ? bruteHeads(own)
        : parents.flatMap((at) => own[at % Math.max(1, own.length)] ?? [])
  const floor = Math.max(0, ...(named ?? []).map((event) => event.lamport_clock))
  const fresh = parents === 'heads' ? Math.max(floor, ...history.map((event) => event.lamport_clock)) : floor
  const adds = history.filter((event) => event.event_type === 'TagsChanged').map((event) => event.event_id)
  const tags =
    type === 'TagsChanged' && removesTag ? { added: ['green'], removed: [{ tag: 'red', seen: adds }] } : {}
  const value = rawEvent(
    type,
    { ...payload, ...tags },
    { id, actor, clock: clock < 0 ? -clock : fresh + 1 + clock },
  )
  return parsed(named === undefined ? value : { ...value, parents: named.map((event) => event.event_id) })
}

/** Histories of several writers: forks, merges, criss-cross, missing parents fields, broken clocks. */
export const histories: fc.Arbitrary<LogEvent[]> = fc
  .array(step, { minLength: 1, maxLength: 16 })
  .map((steps) => steps.reduce<LogEvent[]>((history, next) => [...history, nextEvent(history, next)], []))

export const steps: fc.Arbitrary<Step> = step

/** Reorders, repeats: what git may do to a log. */
export function disturbed(history: readonly LogEvent[]): fc.Arbitrary<LogEvent[]> {
  return fc
    .tuple(fc.shuffledSubarray([...history], { minLength: history.length }), fc.subarray([...history]))
    .chain(([all, again]) =>
      fc.shuffledSubarray([...all, ...again.map((event) => structuredClone(event))], {
        minLength: all.length + again.length,
      }),
    )
}

/** Happened-before by its definition alone: the transitive closure of the single steps, by Warshall. */
export function bruteHappenedBefore(events: readonly LogEvent[]): (a: LogEvent, b: LogEvent) => boolean {
  const before = events.map((a) => events.map((b) => isStep(a, b)))
  events.forEach((_, via) =>
    events.forEach((__, from) =>
      events.forEach((___, to) => {
        if (before[from]?.[via] === true && before[via]?.[to] === true) (before[from] ?? [])[to] = true
      }),
    ),
  )
  const place = new Map(events.map((event, at) => [event.event_id, at]))
  return (a, b) => before[place.get(a.event_id) ?? -1]?.[place.get(b.event_id) ?? -1] === true
}

export function bruteHeads(events: readonly LogEvent[]): LogEvent[] {
  const before = bruteHappenedBefore(events)
  return events.filter((event) => !events.some((other) => before(event, other)))
}

function isStep(a: LogEvent, b: LogEvent): boolean {
  if (entityKey(a) !== entityKey(b) || a.lamport_clock >= b.lamport_clock) return false
  return a.parents === undefined || b.parents === undefined || b.parents.includes(a.event_id)
}
