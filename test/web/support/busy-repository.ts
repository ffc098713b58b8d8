import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { IGNORED } from '../../../src/core/services/initialize.js'
import { gitIn } from '../../support/temp-repository.js'

interface Package {
  readonly id: string
  readonly title: string
  readonly priority?: number
  readonly dependencies?: readonly string[]
  readonly subtasks?: readonly string[]
  readonly body?: string
}

const FEATURES: Readonly<Record<string, { readonly title: string; readonly packages: readonly Package[] }>> =
  {
    '001-parcel-tracking': {
      title: 'Parcel tracking',
      packages: [
        { id: 'WP01', title: 'Read carrier events', subtasks: ['T001', 'T002', 'T003'] },
        {
          id: 'WP02',
          title: 'Build the timeline of a parcel',
          dependencies: ['WP01'],
          subtasks: ['T004', 'T005'],
        },
        {
          id: 'WP03',
          title: 'Tracking page with a map of the last known place',
          dependencies: ['WP02'],
          subtasks: ['T006', 'T007', 'T008', 'T009'],
        },
        {
          id: 'WP04',
          title: 'Notify the customer when a parcel is late',
          priority: 1,
          dependencies: ['WP02'],
          subtasks: ['T010', 'T011'],
        },
        {
          id: 'WP05',
          title: 'Find late parcels every night',
          dependencies: ['WP01'],
          subtasks: ['T012', 'T013'],
        },
        { id: 'WP06', title: 'Translate the page', priority: 3, dependencies: ['WP03', 'WP04'] },
      ],
    },
    '002-invoice-export': {
      title: 'Invoice export',
      packages: [
        { id: 'WP01', title: 'Write the ledger format', subtasks: ['T001', 'T002'] },
        { id: 'WP02', title: 'Export every night', dependencies: ['WP01'], subtasks: ['T003'] },
        {
          id: 'WP03',
          title: 'Check sums against the bank',
          dependencies: ['WP01'],
          subtasks: ['T004', 'T005'],
        },
        { id: 'WP04', title: 'Retry what the bank refused', priority: 0, dependencies: ['WP02', 'WP03'] },
      ],
    },
    '003-search': {
      title: 'Search that forgives typing mistakes',
      packages: [
        { id: 'WP01', title: 'Index of words', subtasks: ['T001', 'T002'] },
        { id: 'WP02', title: 'Rank results', dependencies: ['WP01'], subtasks: ['T003', 'T004', 'T005'] },
        { id: 'WP03', title: 'Suggest while typing', dependencies: ['WP02'] },
        { id: 'WP04', title: 'Measure what people find', dependencies: ['WP02'] },
        { id: 'WP05', title: 'Try a vector index', dependencies: ['WP01'] },
      ],
    },
  }

const BODY = `The carrier sends events in three formats. Each becomes one of ours, and **no event is lost**.

- [x] T001 Read the XML feed
- [x] T002 Read the JSON feed
- [ ] T003 Read the mail that the third carrier sends

## Format

| field | meaning |
| --- | --- |
| \`at\` | when it happened, not when we heard of it |
| \`place\` | a code of [UN/LOCODE](https://unece.org/trade/uncefact/unlocode) |

> Times without a zone are the depot's.

\`\`\`json
{ "parcel": "7T43", "at": "2026-11-02T08:15:00Z", "place": "DEHAM" }
\`\`\`
`

/** A move, tick, note …: day and hour after the start, who, and what is in the payload. */
type Step = readonly [
  day: number,
  actor: string,
  feature: string,
  id: string,
  type: string,
  payload: Readonly<Record<string, unknown>>,
]

const P = '001-parcel-tracking'
const I = '002-invoice-export'
const S = '003-search'

function moves(
  feature: string,
  id: string,
  ...steps: readonly (readonly [day: number, actor: string, to: string])[]
): Step[] {
  let from = 'planned'
  return steps.map(([day, actor, to]) => {
    const step: Step = [day, actor, feature, id, 'WPStatusChanged', { old_status: from, new_status: to }]
    from = to
    return step
  })
}

function ticks(
  feature: string,
  id: string,
  ...subtasks: readonly (readonly [day: number, actor: string, subtask: string])[]
): Step[] {
  return subtasks.map(([day, actor, subtask_id]) => [
    day,
    actor,
    feature,
    id,
    'SubtaskCompleted',
    { work_package_id: id, subtask_id, done: true },
  ])
}

const STEPS: readonly Step[] = [
  ...moves(
    P,
    'WP01',
    [1, 'ada', 'doing'],
    [3.2, 'ada', 'for_review'],
    [4, 'grace', 'rejected'],
    [4.2, 'ada', 'doing'],
    [6, 'ada', 'for_review'],
    [6.5, 'grace', 'done'],
  ),
  ...ticks(P, 'WP01', [2, 'ada', 'T001'], [3, 'ada', 'T002'], [5, 'ada', 'T003']),
  ...moves(P, 'WP05', [7, 'codex-2', 'doing'], [9, 'codex-2', 'for_review'], [9.4, 'ada', 'done']),
  ...ticks(P, 'WP05', [8, 'codex-2', 'T012'], [8.5, 'codex-2', 'T013']),
  ...moves(P, 'WP02', [7.1, 'grace', 'doing'], [13, 'grace', 'for_review'], [14, 'ada', 'done']),
  ...ticks(P, 'WP02', [10, 'grace', 'T004'], [12, 'grace', 'T005']),
  ...moves(P, 'WP03', [15, 'ada', 'doing']),
  ...ticks(P, 'WP03', [17, 'ada', 'T006'], [20, 'ada', 'T007']),
  ...moves(P, 'WP04', [16, 'claude-1', 'doing'], [25, 'claude-1', 'for_review']),
  ...ticks(P, 'WP04', [19, 'claude-1', 'T010'], [24, 'claude-1', 'T011']),
  [
    25.5,
    'claude-1',
    P,
    'WP04',
    'NoteAdded',
    { text: 'The mail server refuses more than 100 an hour: see the retry in T011.' },
  ],
  [16.1, 'claude-1', P, 'WP04', 'TagsChanged', { added: ['backend', 'mail'], removed: [] }],
  ...moves(I, 'WP01', [2, 'codex-2', 'doing'], [5, 'codex-2', 'for_review'], [5.5, 'ada', 'done']),
  ...ticks(I, 'WP01', [3, 'codex-2', 'T001'], [4, 'codex-2', 'T002']),
  ...moves(I, 'WP02', [10, 'codex-2', 'doing'], [18, 'codex-2', 'for_review'], [19, 'grace', 'done']),
  ...ticks(I, 'WP02', [15, 'codex-2', 'T003']),
  ...moves(I, 'WP03', [19.5, 'codex-2', 'doing'], [23, 'codex-2', 'for_review'], [24, 'grace', 'rejected']),
  ...ticks(I, 'WP03', [20, 'codex-2', 'T004'], [22, 'codex-2', 'T005']),
  ...moves(S, 'WP01', [8, 'lin', 'doing'], [17, 'lin', 'for_review'], [18.5, 'ada', 'done']),
  ...ticks(S, 'WP01', [12, 'lin', 'T001'], [16, 'lin', 'T002']),
  ...moves(S, 'WP02', [20, 'lin', 'doing']),
  ...ticks(S, 'WP02', [23, 'lin', 'T003']),
  ...moves(S, 'WP05', [21, 'claude-1', 'doing'], [26, 'ada', 'canceled']),
]

const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

function idOf(clock: number): string {
  let digits = ''
  for (let left = clock; digits.length < 24; left = Math.floor(left / 32))
    digits = CROCKFORD.charAt(left % 32) + digits
  return `01${digits}`
}

/** Three features in the middle of their work, the same bytes every time, with a conflict that someone has to decide. */
export function makeBusyRepository(
  root: string,
  { start = Date.UTC(2026, 10, 2, 8) }: { start?: number } = {},
): void {
  gitIn(root, 'init', '--quiet', '--initial-branch=main')
  gitIn(root, 'config', 'user.name', 'ada')
  gitIn(root, 'config', 'user.email', 'ada@example.org')
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  // As `kitty init` does: git would refuse to switch branches while a board changes an index that it tracks.
  write('.kittify/.gitignore', `${IGNORED.join('\n')}\n`)
  const events: {
    readonly day: number
    readonly event: Record<string, unknown> & {
      entity_id: string
      payload: Readonly<Record<string, unknown>>
    }
  }[] = []
  for (const [feature, { title, packages }] of Object.entries(FEATURES)) {
    write(`kitty-specs/${feature}/meta.json`, JSON.stringify({ title }))
    const spec = { title, mission: 'software-dev', created_by: 'ada' }
    events.push({
      day: 0,
      event: {
        event_type: 'SpecCreated',
        entity_id: feature,
        entity_type: 'FeatureSpec',
        actor: 'ada',
        payload: { feature_slug: feature, ...spec },
      },
    })
    for (const { id, title: name, priority = 2, dependencies = [], subtasks = [] } of packages) {
      const body =
        id === 'WP01' ? BODY : `${name}.\n\n${subtasks.map((subtask) => `- [ ] ${subtask} Do it\n`).join('')}`
      write(
        `kitty-specs/${feature}/tasks/${id}-work.md`,
        `---\nwork_package_id: ${id}\ntitle: ${name}\npriority: ${priority}\nlane: planned\ndependencies: [${dependencies.join(', ')}]\nsubtasks: [${subtasks.join(', ')}]\n---\n\n${body}`,
      )
      events.push({
        day: 0,
        event: {
          event_type: 'WPCreated',
          entity_id: id,
          entity_type: 'WorkPackage',
          actor: 'ada',
          payload: {
            feature_slug: feature,
            work_package_id: id,
            title: name,
            priority,
            dependencies,
            subtasks,
          },
        },
      })
    }
  }
  for (const [day, actor, feature, entity_id, event_type, payload] of STEPS)
    events.push({
      day,
      event: {
        event_type,
        entity_id,
        entity_type: 'WorkPackage',
        actor,
        payload: { feature_slug: feature, ...payload },
      },
    })
  for (const [gate, day, status] of [
    ['CI_CHECK', 25.1, 'passed'],
    ['REVIEW', 25.2, undefined],
  ] as const) {
    const gate_id = `WP04-${gate}`
    events.push({
      day,
      event: {
        event_type: 'GateCreated',
        entity_id: gate_id,
        entity_type: 'Gate',
        actor: 'grace',
        payload: { feature_slug: P, work_package_id: 'WP04', gate_id, gate_type: gate },
      },
    })
    if (status !== undefined)
      events.push({
        day: day + 0.05,
        event: {
          event_type: 'GateResultChanged',
          entity_id: gate_id,
          entity_type: 'Gate',
          actor: 'grace',
          payload: { feature_slug: P, gate_id, old_status: 'pending', new_status: status },
        },
      })
  }
  const heads = new Map<string, string>()
  const lines = events
    .sort((a, b) => a.day - b.day)
    .map(({ day, event }, at) => {
      const clock = at + 1
      const key = `${String(event.payload['feature_slug'])} ${event.entity_id}`
      const parent = heads.get(key)
      const event_id = idOf(clock)
      heads.set(key, event_id)
      return lineOf({
        ...event,
        event_id,
        clock,
        time: start + day * 86_400_000,
        parents: parent === undefined ? [] : [parent],
      })
    })
  // Two people moved one package without knowing of each other.
  const seen = heads.get(`${I} WP04`)
  const fork = (
    event_id: string,
    actor: string,
    new_status: string,
    day: number,
  ): { day: string; text: string } =>
    lineOf({
      event_type: 'WPStatusChanged',
      entity_id: 'WP04',
      entity_type: 'WorkPackage',
      actor,
      payload: { feature_slug: I, old_status: 'planned', new_status },
      event_id,
      clock: events.length + 1,
      time: start + day * 86_400_000,
      parents: seen === undefined ? [] : [seen],
    })
  lines.push(
    fork(idOf(events.length + 1), 'lin', 'doing', 26.2),
    fork(idOf(events.length + 2), 'grace', 'canceled', 26.1),
  )
  const files = new Map<string, string>()
  for (const { day, text } of lines) files.set(day, (files.get(day) ?? '') + text)
  for (const [day, text] of files) write(`.kittify/events/${day}.jsonl`, text)
  gitIn(root, 'add', '--all')
  gitIn(root, 'commit', '--quiet', '-m', 'A month of work')
}

interface Line {
  readonly event_type?: unknown
  readonly entity_id: string
  readonly entity_type?: unknown
  readonly actor?: unknown
  readonly payload: Readonly<Record<string, unknown>>
  readonly event_id: string
  readonly clock: number
  readonly time: number
  readonly parents: readonly string[]
}

function lineOf({
  event_id,
  event_type,
  clock,
  entity_id,
  entity_type,
  time,
  actor,
  payload,
  parents,
}: Line): { day: string; text: string } {
  const timestamp = new Date(time).toISOString()
  const event = {
    event_id,
    event_type,
    event_version: 1,
    lamport_clock: clock,
    entity_id,
    entity_type,
    timestamp,
    actor,
    causation_id: null,
    correlation_id: null,
    payload,
    parents,
  }
  return { day: timestamp.slice(0, 10), text: `${JSON.stringify(event)}\n` }
}
