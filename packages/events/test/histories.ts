import fc from 'fast-check'
import { causalOrder, entityKey, stubOf, type LogEvent } from '../src/index.js'
import { parsed, rawEvent } from './support.js'

/** Ids of earlier events of one type, so that a payload can name some. */
type Earlier = (type: string) => string[]
type Payload = object | ((earlier: Earlier) => object)
type Sketch = readonly [type: string, payload: Payload]

const SOURCE = { source: { commit: null, author: null } }
const created = (title: string, more: object) => ({ work_package_id: 'WP01', title, ...more })
const changed = (more: object) => ({ work_package_id: 'WP01', ...SOURCE, ...more })

const SKETCHES: readonly Sketch[] = [
  ['WPCreated', created('one', { dependencies: ['WP02'], subtasks: ['T001', 'T002'] })],
  ['WPCreated', created('two', { dependencies: [], subtasks: ['T002', 'T003'], priority: 0, file: 'a.md' })],
  ['WPCreated', created('one', { dependencies: ['WP03'], subtasks: [], file: 'b.md' })],
  ['WPChanged', changed({ title: { old: 'one', new: 'three' }, priority: { old: 2, new: 1 } })],
  [
    'WPChanged',
    (earlier) => {
      const seen = [...earlier('WPCreated'), ...earlier('WPChanged')]
      return changed({
        dependencies: { added: ['WP04'], removed: [{ id: 'WP02', seen }] },
        subtasks: { added: ['T005'], removed: [{ id: 'T001', seen }] },
      })
    },
  ],
  [
    'WPChanged',
    (earlier) =>
      changed({ subtasks: { added: ['T001'], removed: [{ id: 'T005', seen: earlier('WPChanged') }] } }),
  ],
  ['WPStatusChanged', { old_status: 'planned', new_status: 'doing' }],
  ['WPStatusChanged', { old_status: 'planned', new_status: 'doing', session: 's1' }],
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
  [
    'TagsChanged',
    (earlier) => ({ added: ['green'], removed: [{ tag: 'red', seen: earlier('TagsChanged') }] }),
  ],
  ['UsageRecorded', { tokens: 3, seconds: 2 }],
  ['UsageRecorded', (earlier) => ({ tokens: -3, seconds: -2, undo: earlier('UsageRecorded')[0] ?? 'gone' })],
  ['NoteAdded', { text: 'a note' }],
  ['NoteRetracted', (earlier) => ({ note: earlier('NoteAdded')[0] ?? 'gone' })],
  ['WorkspaceCreated', { work_package_id: 'WP01', worktree_path: '/w', branch_name: 'b' }],
  ['Assigned', { work_package_id: 'WP01', assignee: 'ada' }],
  ['Assigned', { work_package_id: 'WP01', assignee: null }],
  ['LinkAdded', { work_package_id: 'WP01', kind: 'tracker', ref: 'T-1', title: 'one' }],
  ['LinkAdded', { work_package_id: 'WP01', kind: 'tracker', ref: 'T-1' }],
  ['HeadsJoined', {}],
  ['x.acme.Poked', {}],
  ['WPInvented', {}],
]

const step = fc.record({
  kind: fc.nat(SKETCHES.length - 1),
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
  // Payloads that name earlier events may also name this one's successor, as a forger would.
  foresight: fc.oneof({ weight: 6, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(3) }),
  hour: fc.integer({ min: 10, max: 14 }),
  isStub: fc.constant<boolean>(false),
  importKey: fc.constant<string | null>(null),
})

export type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never

/** With redacted events, and with imports of which some are twins. */
const anyStep: fc.Arbitrary<Step> = fc
  .tuple(step, fc.nat(5), fc.oneof(fc.constant(null), fc.constantFrom('1:a:x', '1:b:x', '2:a:x', '1:a:y')))
  .map(([plain, stub, key]) => ({
    ...plain,
    isStub: stub === 0,
    importKey: key === null ? null : `import:csv:src:${key}`,
  }))

/** One more event after a history, as the step describes it. */
export function nextEvent(history: readonly LogEvent[], one: Step): LogEvent {
  const { kind, actor, parents, clock, foresight, hour, isStub, importKey } = one
  const [type, sketch] = SKETCHES[kind] ?? ['NoteAdded', { text: '' }]
  const id = history.length + 1
  const later = Array.from(
    { length: foresight },
    (_, at) => rawEvent('x', {}, { id: id + at + 1 })['event_id'],
  )
  const earlier = (of: string) => [
    ...history.filter((event) => event.event_type === of).map((event) => event.event_id as string),
    ...later.map(String),
  ]
  const payload: object = typeof sketch === 'function' ? sketch(earlier) : sketch
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
  const value = {
    ...rawEvent(type, payload, { id, actor, clock: clock < 0 ? -clock : fresh + 1 + clock }),
    timestamp: `2026-11-22T${hour}:00:00.000Z`,
    causation_id: type === 'HeadsJoined' ? null : importKey,
  }
  const whole = parsed(
    named === undefined ? value : { ...value, parents: named.map((event) => event.event_id) },
  )
  return isStub ? stubOf(whole, 'a secret') : whole
}

function historyOf(steps: fc.Arbitrary<Step>): fc.Arbitrary<LogEvent[]> {
  return fc
    .array(steps, { minLength: 1, maxLength: 16 })
    .map((all) => all.reduce<LogEvent[]>((history, next) => [...history, nextEvent(history, next)], []))
}

/** Histories of several writers: forks, merges, criss-cross, missing parents fields, broken clocks. */
export const histories: fc.Arbitrary<LogEvent[]> = historyOf(step)
/** The same with redactions and imports. */
export const anyHistories: fc.Arbitrary<LogEvent[]> = historyOf(anyStep)

export const steps: fc.Arbitrary<Step> = step
export const anySteps: fc.Arbitrary<Step> = anyStep

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

/**
 * The events that count, each with everything that it or a twin of it names as parents, and whatever twins of those
 * name. What is named and not older is left out, as everywhere.
 */
export function bruteWithoutTwins(events: readonly LogEvent[]): LogEvent[] {
  const inOrder = causalOrder(events)
  const keyOf = (one: LogEvent) =>
    one.causation_id?.startsWith('import:') === true ? `${entityKey(one)} ${one.causation_id}` : one.event_id
  const groups = new Map<string, LogEvent[]>()
  for (const one of inOrder) groups.set(keyOf(one), [...(groups.get(keyOf(one)) ?? []), one])
  const groupOf = (id: string) =>
    [...groups.values()].find((group) => group.some((one) => one.event_id === id))
  const isOlder = (a: LogEvent | undefined, b: LogEvent) =>
    a !== undefined && a.lamport_clock < b.lamport_clock && entityKey(a) === entityKey(b)
  return [...groups.values()].flatMap((group) => {
    const [first, ...twins] = group
    if (first === undefined) return []
    if (first.parents === undefined) return [first]
    const named = new Set([...first.parents, ...twins.flatMap((twin) => twin.parents ?? [])])
    for (const id of named) {
      const [original, ...others] = groupOf(id) ?? []
      if (!isOlder(original, first)) continue
      named.add(original?.event_id ?? id)
      for (const parent of others.flatMap((twin) => twin.parents ?? [])) named.add(parent)
    }
    return [{ ...first, parents: [...named] }]
  })
}

function isStep(a: LogEvent, b: LogEvent): boolean {
  if (entityKey(a) !== entityKey(b) || a.lamport_clock >= b.lamport_clock) return false
  return a.parents === undefined || b.parents === undefined || b.parents.includes(a.event_id)
}
