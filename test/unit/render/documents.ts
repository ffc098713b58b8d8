/** Documents as the projections make them, for pages to be rendered from. */
import fc from 'fast-check'
import type {
  ConflictDocument,
  EventDocument,
  FeatureStatusDocument,
  WorkPackageDetailDocument,
  WorkPackageDocument,
} from '../../../src/core/projections/board-document.js'
import type { Style } from '../../../src/core/cli/style.js'

export const NOW = new Date('2026-11-22T12:00:00.000Z')
const LANES = ['planned', 'doing', 'for_review', 'done', 'rejected']

export function onTerminal(width: number, unicode = true): Style {
  return { colour: false, unicode, width, terminal: true }
}

export const PIPED: Style = { colour: false, unicode: true, width: Infinity, terminal: false }

export function workPackage(
  work_package: string,
  over: Partial<WorkPackageDocument> = {},
): WorkPackageDocument {
  return {
    work_package,
    feature: '025-cli-event-log',
    title: `Title of ${work_package}`,
    lane: 'planned',
    dependencies: [],
    blocked_by: [],
    tags: [],
    actor: null,
    subtasks: { done: 0, total: 0 },
    gates: { passed: 0, total: 0 },
    updated_at: null,
    file: null,
    marks: [],
    priority: 2,
    lease: null,
    ...over,
  }
}

export function feature(
  slug: string,
  title: string,
  packages: readonly WorkPackageDocument[],
  conflicts: readonly ConflictDocument[] = [],
): FeatureStatusDocument {
  const lanes = Object.fromEntries(LANES.map((lane) => [lane, packages.filter((one) => one.lane === lane)]))
  const done = lanes['done']?.length ?? 0
  const total = packages.length
  return {
    feature: slug,
    title,
    lanes,
    progress: { done, total, percent: total === 0 ? 0 : Math.floor((done / total) * 100) },
    conflicts,
    archived: null,
  }
}

export const CONFLICT: ConflictDocument = {
  feature: '025-cli-event-log',
  entity_id: 'WP04',
  register: 'status',
  events: [
    {
      event_id: 'A',
      actor: 'claude',
      value: 'for_review',
      timestamp: '2026-11-22T10:01:02.000Z',
      lamport_clock: 12,
    },
    {
      event_id: 'B',
      actor: 'Robert Ågren',
      value: 'planned',
      timestamp: '2026-11-22T10:03:02.000Z',
      lamport_clock: 12,
    },
  ],
  winner: 'B',
  rule: 'last_writer_wins',
  open: true,
}

/** A feature in the middle of its work: every lane and every mark a card can have. */
export const MIDWAY = feature(
  '025-cli-event-log',
  'CLI Event Log Integration',
  [
    workPackage('WP01', {
      lane: 'done',
      title: 'Git dependency and library',
      actor: 'claude',
      subtasks: { done: 5, total: 5 },
    }),
    workPackage('WP02', {
      lane: 'done',
      title: 'Event storage foundation',
      actor: 'claude',
      subtasks: { done: 7, total: 7 },
    }),
    workPackage('WP03', {
      lane: 'for_review',
      title: 'EventStore and AOP middleware',
      actor: 'gemini',
      subtasks: { done: 6, total: 6 },
      gates: { passed: 1, total: 2 },
    }),
    workPackage('WP04', {
      lane: 'doing',
      title: 'SQLite query index',
      actor: 'Robert Ågren',
      subtasks: { done: 3, total: 5 },
    }),
    workPackage('WP05', {
      title: 'Event reading and state reconstruction',
      blocked_by: ['WP03', 'WP04'],
      subtasks: { done: 0, total: 6 },
    }),
    workPackage('WP06', { title: '日本語のタイトルは二倍の幅 👩‍💻 emoji', subtasks: { done: 0, total: 4 } }),
  ],
  [CONFLICT],
)

export const FINISHED = feature('002-pypi-release', 'Lightweight PyPI Release Workflow', [
  workPackage('WP01', { lane: 'done', feature: '002-pypi-release' }),
])

export function crowded(slug: string, count: number): FeatureStatusDocument {
  return feature(
    slug,
    `Title of ${slug}`,
    Array.from({ length: count }, (_, at) =>
      workPackage(`WP${String(at + 1).padStart(2, '0')}`, {
        feature: slug,
        lane: LANES[at % 4] ?? 'planned',
        title: `Work package number ${at + 1} of this feature`,
        actor: at % 4 === 0 ? null : `agent-${at % 3}`,
        blocked_by: at % 8 === 0 ? ['WP02', 'WP03', 'WP04'] : [],
      }),
    ),
  )
}

export function event(
  event_type: string,
  payload: Record<string, unknown>,
  over: Partial<EventDocument> = {},
): EventDocument {
  return {
    event_id: '01J00000000000000000000001',
    event_type,
    event_version: 1,
    lamport_clock: 7,
    entity_id: 'WP04',
    entity_type: 'WorkPackage',
    timestamp: '2026-11-22T11:57:00.123Z',
    actor: 'claude',
    causation_id: null,
    correlation_id: null,
    payload: { feature_slug: '025-cli-event-log', ...payload },
    parents: [],
    ...over,
  }
}

export const PAGE: WorkPackageDetailDocument = {
  ...workPackage('WP04', {
    lane: 'doing',
    title: 'SQLite query index',
    actor: 'Robert Ågren',
    dependencies: ['WP02'],
    blocked_by: [],
    tags: ['db', 'slow'],
    subtasks: { done: 3, total: 5 },
    gates: { passed: 0, total: 1 },
    updated_at: '2026-11-22T11:57:00.123Z',
    file: 'kitty-specs/025-cli-event-log/tasks/WP04-index.md',
  }),
  gates_list: [
    {
      gate_id: 'ci-1',
      work_package: 'WP04',
      feature: '025-cli-event-log',
      gate_type: 'CI_CHECK',
      status: 'failed',
    },
  ],
  usage: { tokens: 120_000, cost_usd_micros: 1_250_000, seconds: 640 },
  notes: [
    {
      event_id: 'N',
      actor: 'claude',
      timestamp: '2026-11-22T09:00:00.000Z',
      text: 'The index must be rebuilt\nwhen its schema changes.',
    },
  ],
  conflicts: [CONFLICT],
  history: [
    event('WPCreated', { title: 'SQLite query index' }, { timestamp: '2026-11-20T11:00:00.000Z' }),
    event('WPStatusChanged', {
      old_status: 'planned',
      new_status: 'doing',
      force: true,
      reason: 'the other agent is gone',
    }),
    event('x.metrics.Sampled', { a: 1 }, { actor: 'Robert Ågren' }),
  ],
}

/** Text as a hostile author would write it: escapes, bidi overrides, lone surrogates, wide characters, line breaks. */
export const hostileText = fc
  .array(
    fc.constantFrom(
      'a',
      'word ',
      '\u001b[31m',
      '\u001b]0;x\u0007',
      '\r',
      '\n',
      '\t',
      '\u0000',
      '\u009b2J',
      '\u202e',
      '\u2066',
      '\ud800',
      '漢字',
      '👩‍💻',
      '🇩🇪',
      'e\u0301',
      '\u2028',
      '\u007f',
      'x'.repeat(30),
    ),
    { maxLength: 8 },
  )
  .map((parts) => parts.join(''))

const hostilePackage = fc.record({
  work_package: fc.oneof(fc.constantFrom('WP01', 'WP02', 'WP100'), hostileText),
  feature: hostileText,
  title: hostileText,
  lane: fc.constantFrom(...LANES),
  dependencies: fc.constant([]),
  blocked_by: fc.array(fc.oneof(fc.constant('WP01'), hostileText), { maxLength: 3 }),
  tags: fc.constant([]),
  actor: fc.option(hostileText),
  subtasks: fc.constantFrom({ done: 0, total: 0 }, { done: 3, total: 25 }),
  gates: fc.constantFrom({ passed: 0, total: 0 }, { passed: 1, total: 12 }),
  updated_at: fc.constant(null),
  file: fc.option(hostileText),
  marks: fc.array(
    fc.record({ mark: fc.constantFrom('changed' as const, 'missing' as const), text: hostileText }),
    { maxLength: 2 },
  ),
  priority: fc.integer({ min: 0, max: 4 }),
  lease: fc.constant(null),
})

export const hostileFeature: fc.Arbitrary<FeatureStatusDocument> = fc
  .tuple(hostileText, hostileText, fc.array(hostilePackage, { maxLength: 12 }), fc.boolean(), hostileText)
  .map(([slug, title, packages, clash, value]) =>
    feature(
      slug,
      title,
      packages,
      clash
        ? [
            {
              ...CONFLICT,
              entity_id: value,
              events: CONFLICT.events.map((one) => ({ ...one, value, actor: value })),
            },
          ]
        : [],
    ),
  )
