import { describe, expect, it } from 'vitest'
import {
  checkNew,
  createRegistry,
  DEFAULT_WORKFLOW,
  detectConflicts,
  fold,
  type LogEvent,
  REVIEWED_WORKFLOW,
  type WorkflowTable,
  type WorkPackageState,
} from '../../../src/core/events-lib.js'
import { handoverOf, underNewId } from '../../../src/core/services/renumber/handover.js'
import { renumberKey } from '../../../src/core/store/renumber-key.js'
import type { ForeignDraft } from '../../../src/core/store/event-store.js'
import { stampForeign } from '../../../src/core/store/stamp-foreign.js'
import type { ItemChange, TransferDocument, TransferItem } from '../../../src/core/transfer/document.js'
import { FeatureLog } from '../../../src/core/transfer/feature-log.js'
import { laneMap } from '../../../src/core/transfer/lane-map.js'
import { type ImportPlan, planImport } from '../../../src/core/transfer/plan-import.js'
import { made } from '../../support/transfer.js'

const registry = createRegistry()
const SLUG = '001-demo'

/** A log in memory that imports and people write to. */
class Log {
  events: LogEvent[] = []
  faultOf: (draft: ForeignDraft) => string | undefined = () => undefined
  fileFaultOf: (feature: string, workPackage: string) => string | undefined = () => undefined
  constructor(readonly table: WorkflowTable = DEFAULT_WORKFLOW) {}

  plan(
    document: TransferDocument,
    options: { source?: string; maps?: string[]; inPlace?: boolean; now?: string } = {},
  ): ImportPlan {
    const { source = 'shop', maps = [], inPlace = false, now = '2026-06-01T00:00:00.000Z' } = options
    return planImport({
      document,
      targets: document.features.map((feature, at) => {
        const slug = at === 0 ? SLUG : `00${at + 1}-demo`
        const log = new FeatureLog(slug, this.table)
        log.add(this.events.filter(({ payload }) => payload.feature_slug === slug))
        return {
          feature,
          slug,
          source: feature.source ?? source,
          log,
          filePackages: [],
          isGone: false,
        }
      }),
      table: this.table,
      lanes: laneMap(document, this.table, maps),
      inPlace,
      importer: 'importer',
      now,
      faultOf: this.faultOf,
      fileFaultOf: this.fileFaultOf,
    })
  }

  import(document: TransferDocument, options: Parameters<Log['plan']>[1] = {}): LogEvent[] {
    const { drafts } = this.plan(document, options)
    const written = stampForeign(drafts, { registry, nextClock: this.clock + 1, ids: new Map() })
    for (const event of written) expect(checkNew(event, registry)).toEqual([])
    this.events.push(...written)
    return written
  }

  get clock(): number {
    return Math.max(0, ...this.events.map(({ lamport_clock }) => lamport_clock))
  }

  /** A person's event, which has seen everything. */
  own(id: string, event_type: string, payload: object, at = '2026-05-01T00:00:00.000Z'): LogEvent {
    const heads = this.state(id)!.heads[`${SLUG}\nWorkPackage\n${id}`]!
    const [event] = stampForeign(
      [
        {
          event_type,
          event_version: 1,
          entity_id: id,
          entity_type: 'WorkPackage',
          timestamp: at,
          actor: 'ada',
          causation_id: `own-${this.events.length}`,
          payload: { feature_slug: SLUG, ...payload },
          parents: heads,
        },
      ],
      { registry, nextClock: this.clock + 1, ids: new Map() },
    )
    this.events.push(event!)
    return event!
  }

  move(id: string, from: string, to: string, at?: string): LogEvent {
    return this.own(id, 'WPStatusChanged', { old_status: from, new_status: to }, at)
  }

  state(id: string, slug = SLUG): WorkPackageState | undefined {
    return fold(
      this.events.filter(
        (event) =>
          event.payload.feature_slug === slug &&
          (event.entity_id === id || event.entity_id.startsWith(`${id}-`)),
      ),
      { table: this.table },
    )
  }
}

function merged(a: Log, b: Log): Log {
  const both = new Log(a.table)
  both.events = [...new Map([...a.events, ...b.events].map((event) => [event.event_id, event])).values()]
  return both
}

function source(items: readonly TransferItem[], rest: Partial<TransferDocument> = {}): TransferDocument {
  return {
    format: 'beads',
    source: null,
    workflow: null,
    roles: {},
    features: [
      {
        id: '',
        source: null,
        name: 'demo',
        title: 'Demo',
        mission: null,
        createdAt: null,
        createdBy: null,
        items,
        notes: [],
      },
    ],
    problems: [],
    losses: [],
    ...rest,
  }
}

const state = (
  status: string,
  role: TransferItem['lane'] extends infer L ? (L extends { role: infer R } ? R : never) : never,
  at = '2026-01-05T00:00:00.000Z',
): Pick<TransferItem, 'lane'> => ({ lane: { status, role, lane: null, at, by: 'bob' } })
const open = state('open', 'initial')
const closed = state('closed', 'done')
const one = (id: string, rest: Partial<TransferItem> = {}) =>
  made(id, { workPackage: null, ...open, ...rest })
const note = (text: string, rest: Partial<ItemChange> = {}): ItemChange =>
  ({ kind: 'note', id: null, at: '2026-01-03T00:00:00.000Z', by: 'eve', text, ...rest }) as ItemChange
const history = (id: string, from: string, to: string, at: string): ItemChange => ({
  kind: 'move',
  id,
  at,
  by: 'claude',
  from,
  to,
  reason: null,
  force: false,
  evidence: null,
  review: null,
  actorInfo: null,
})

describe('a first import', () => {
  it('numbers packages by the time they were created, then by id', () => {
    const log = new Log()
    log.import(
      source([
        one('b-10', { createdAt: '2026-01-02T00:00:00.000Z' }),
        one('b-9', { createdAt: '2026-01-02T00:00:00.000Z' }),
        one('b-1', { createdAt: '2026-01-01T00:00:00.000Z' }),
      ]),
    )
    expect(['WP01', 'WP02', 'WP03'].map((id) => log.state(id)?.title)).toEqual([
      'Title of b-1',
      'Title of b-9',
      'Title of b-10',
    ])
  })

  it('writes what the source says, dated and signed by the source', () => {
    const log = new Log()
    const written = log.import(
      source([
        one('b-1', {
          ...closed,
          createdBy: 'eve',
          priority: '1',
          tags: ['ui'],
          assignee: 'bob',
          subtasks: [{ id: 'T001', title: '', done: true }],
          changes: [note('hi')],
        }),
        one('b-2', { dependencies: ['b-1'], createdAt: '2026-01-02T00:00:00.000Z' }),
      ]),
    )
    expect(log.state('WP01')).toMatchObject({
      title: 'Title of b-1',
      priority: 1,
      lane: 'done',
      lane_actor: 'bob',
      assignee: 'bob',
      notes: 1,
      subtasks: [{ id: 'T001', done: true }],
    })
    expect(log.state('WP01')?.tags.map(({ tag }) => tag)).toEqual(['src:beads:b-1', 'ui'])
    expect(log.state('WP02')?.dependencies).toEqual(['WP01'])
    expect(written.map(({ timestamp }) => timestamp)).toEqual(
      [...written.map(({ timestamp }) => timestamp)].sort(),
    )
    expect(written.find(({ event_type }) => event_type === 'NoteAdded')).toMatchObject({
      actor: 'eve',
      timestamp: '2026-01-03T00:00:00.000Z',
      correlation_id: null,
    })
    expect(detectConflicts(log.events)).toEqual([])
  })

  it('writes the same bytes for the same file and log', () => {
    const document = source([one('b-1', closed), one('b-2', { createdAt: null, updatedAt: null })])
    expect(new Log().import(document)).toEqual(new Log().import(document))
  })

  it('dates what the source does not by the import, and leaves that out of the key', () => {
    const document = source([one('b-1', { createdAt: null, updatedAt: null, lane: undefined })])
    const [a] = new Log().import(document, { now: '2026-06-01T00:00:00.000Z' }).slice(-1)
    const [b] = new Log().import(document, { now: '2026-07-01T00:00:00.000Z' }).slice(-1)
    expect(b!.timestamp).toBe('2026-07-01T00:00:00.000Z')
    expect(b!.causation_id).toBe(a!.causation_id)
  })

  it('forces a move that the table lacks, and says why', () => {
    const log = new Log()
    log.import(source([one('b-1', closed)]))
    expect(log.events.find(({ event_type }) => event_type === 'WPStatusChanged')?.payload).toMatchObject({
      old_status: 'planned',
      new_status: 'done',
      force: true,
      reason: 'imported from beads',
    })
  })

  it('chains the events of a package, so that nothing in it is concurrent', () => {
    const log = new Log()
    const written = log.import(
      source([
        one('b-1', { ...closed, changes: [note('a'), note('b', { at: '2026-01-04T00:00:00.000Z' })] }),
      ]),
    )
    const own = written.filter(({ entity_id }) => entity_id === 'WP01')
    own.forEach((event, at) => expect(event.parents).toEqual(at === 0 ? [] : [own[at - 1]!.event_id]))
  })

  it('keeps two sources with equal ids apart', () => {
    const log = new Log()
    log.import(source([one('1')]), { source: 'a/tasks.json' })
    log.import(source([one('1', { title: 'Another' }), one('2')]), { source: 'b/tasks.json' })
    expect(['WP01', 'WP02', 'WP03'].map((id) => log.state(id)?.title)).toEqual([
      'Title of 1',
      'Another',
      'Title of 2',
    ])
  })

  it('counts two notes that are the same in everything once, and two of one line twice', () => {
    const log = new Log()
    log.import(
      source([
        one('b-1', { changes: [note('x'), note('x'), note('x', { id: 'e1' }), note('y', { id: 'e1' })] }),
      ]),
    )
    expect(log.state('WP01')?.notes).toBe(3)
  })

  it('divides a note that is too long for one event', () => {
    const log = new Log()
    const text = `${'word '.repeat(9_000)}\n${'end '.repeat(9_000)}`
    log.import(source([one('b-1', { changes: [note(text)] })]))
    const parts = log.events.flatMap((event) =>
      event.event_type === 'NoteAdded' ? [(event.payload as { text: string }).text] : [],
    )
    expect(parts.length).toBeGreaterThan(1)
    expect(parts.join(' ').replaceAll(/\s+/g, ' ')).toBe(text.replaceAll(/\s+/g, ' ').trim())
  })

  it('leaves out a package whose creation cannot be written, with all that belongs to it, and names it', () => {
    const log = new Log()
    log.faultOf = ({ payload }) =>
      JSON.stringify(payload).includes('bad') ? 'holds what looks like a secret' : undefined
    const plan = log.plan(
      source([
        one('b-1', { title: 'bad', ...closed, changes: [note('x')] }),
        one('b-2', { changes: [note('bad'), note('fine')] }),
      ]),
    )
    expect(plan.drafts.filter(({ entity_id }) => entity_id === 'WP01')).toEqual([])
    expect(plan.packages.map(({ itemId }) => itemId)).toEqual(['b-2'])
    expect(plan.drafts.filter(({ event_type }) => event_type === 'NoteAdded')).toHaveLength(1)
    expect(plan.problems).toEqual([
      { file: 'b-1', line: null, message: 'created holds what looks like a secret' },
      { file: 'b-2', line: null, message: 'note holds what looks like a secret' },
    ])
  })

  it('lets nothing depend on a package that is left out, and counts each such dependency as lost', () => {
    const log = new Log()
    log.faultOf = ({ event_type, payload }) =>
      event_type === 'WPCreated' && String(payload['title']).startsWith('bad') ? 'holds a secret' : undefined
    const items = (third: string): TransferDocument =>
      source([
        one('b-1', { dependencies: ['b-2', 'b-3'] }),
        one('b-2', { createdAt: '2026-01-02T00:00:00.000Z', dependencies: ['b-3'] }),
        one('b-3', { createdAt: '2026-01-03T00:00:00.000Z', title: third }),
        one('b-4', { createdAt: '2026-01-04T00:00:00.000Z', title: 'bad too', dependencies: ['b-3'] }),
      ])
    const plan = log.plan(items('bad'))
    expect(plan.losses).toEqual([{ what: 'dependency (not imported)', count: 2, where: 'dropped' }])
    expect(plan.packages.map(({ itemId, definition }) => [itemId, definition?.dependencies])).toEqual([
      ['b-1', ['WP02']],
      ['b-2', []],
    ])
    expect(plan.problems.map(({ file }) => file)).toEqual(['b-3', 'b-4'])
    log.import(items('bad'))
    expect(log.state('WP01')?.dependencies).toEqual(['WP02'])
    expect(log.state('WP02')?.dependencies).toEqual([])
    log.import(items('good'))
    expect(log.state('WP01')?.dependencies).toEqual(['WP02', 'WP03'])
    expect(log.state('WP02')?.dependencies).toEqual(['WP03'])
  })

  it('takes no tag that poses as a label of kitty, and counts it as lost', () => {
    const log = new Log()
    const document = source([one('b-1', { tags: ['kitty:feature=077-evil', '\u200bkitty:lane=done', 'ui'] })])
    expect(log.plan(document).losses).toEqual([
      { what: 'tag that begins with kitty:', count: 2, where: 'dropped' },
    ])
    log.import(document)
    expect(log.state('WP01')?.tags.map(({ tag }) => tag)).toEqual(['src:beads:b-1', 'ui'])
  })

  it('keeps an unknown priority as a tag', () => {
    const log = new Log()
    log.import(source([one('b-1', { priority: 'someday' })]))
    expect(log.state('WP01')?.tags.map(({ tag }) => tag)).toContain('priority:someday')
  })
})

describe('an import again', () => {
  /** Gives WP01 of the import another number, since a person has made a WP01 too. */
  function renumber(log: Log, from: string, to: string): void {
    const clock = log.clock + 1
    const base = { event_version: 1, entity_id: from, entity_type: 'WorkPackage', parents: [] }
    const [theirs] = stampForeign(
      [
        {
          ...base,
          event_type: 'WPCreated',
          timestamp: '2026-05-01T00:00:00.000Z',
          actor: 'bob',
          causation_id: `made-${from}`,
          payload: {
            feature_slug: SLUG,
            work_package_id: from,
            title: 'Bill it',
            dependencies: [],
            subtasks: [],
            file: 'bob.md',
          },
        },
      ],
      { registry, nextClock: clock, ids: new Map() },
    )
    const own = log.events.filter(({ entity_id }) => entity_id === from)
    const file = (own[0]!.payload as { file?: string }).file ?? ''
    const { moved } = handoverOf(own, [], file)
    const copies = underNewId(moved, { from, to, file: `${to}.md` })
    const events = moved.map(({ event_id }) => event_id)
    const kept = {
      ...base,
      event_type: 'WPCreated',
      timestamp: '2026-05-02T00:00:00.000Z',
      actor: 'ada',
      causation_id: `${renumberKey(moved[0]!)}:bob.md`,
      payload: { ...theirs!.payload, renumbered: { work_package_id: to, events } },
      parents: [theirs!.event_id, moved.at(-1)!.event_id],
      refers: true,
    }
    log.events.push(theirs!)
    log.events.push(...stampForeign([...copies, kept], { registry, nextClock: clock + 1, ids: new Map() }))
  }

  it('follows a package to the number that renumbering gave it, however often, and leaves the other one', () => {
    const log = new Log()
    log.import(source([one('b-1', { subtasks: [{ id: 'T001', title: '', done: false }] })]))
    renumber(log, 'WP01', 'WP02')
    renumber(log, 'WP02', 'WP03')
    const changed = source([
      one('b-1', { ...closed, title: 'Renamed', subtasks: [{ id: 'T001', title: '', done: true }] }),
    ])
    const written = log.import(changed)
    expect(new Set(written.map(({ entity_id }) => entity_id))).toEqual(new Set(['WP03']))
    expect(log.state('WP01')).toMatchObject({ title: 'Bill it', lane: 'planned' })
    expect(log.state('WP02')).toMatchObject({ title: 'Bill it', lane: 'planned' })
    expect(log.state('WP03')).toMatchObject({
      title: 'Renamed',
      lane: 'done',
      conflicts: [],
      subtasks: [{ id: 'T001', done: true }],
    })
    expect(log.import(changed)).toEqual([])
    log.import(source([]))
    expect(log.state('WP01')?.tags).toEqual([])
    expect(log.state('WP03')?.tags.map(({ tag }) => tag)).toContain('gone-from-source')
  })

  it('writes nothing where nothing changed', () => {
    const log = new Log()
    const document = source([
      one('b-1', {
        ...closed,
        tags: ['ui'],
        subtasks: [{ id: 'T001', title: '', done: true }],
        assignee: 'bob',
        changes: [note('x')],
      }),
    ])
    log.import(document)
    expect(log.import(document)).toEqual([])
    log.own('WP01', 'NoteAdded', { text: 'mine' })
    expect(log.import(document)).toEqual([])
  })

  it('closes what the source closed and kitty did not', () => {
    const log = new Log()
    log.import(source([one('b-1')]))
    const written = log.import(source([one('b-1', closed)]))
    expect(written).toHaveLength(1)
    expect(log.state('WP01')).toMatchObject({ lane: 'done', conflicts: [] })
  })

  it('writes a title A, B, A as three values, the last of which is A', () => {
    const log = new Log()
    for (const title of ['A', 'B', 'A']) log.import(source([one('b-1', { title })]))
    expect(log.state('WP01')).toMatchObject({ title: 'A', conflicts: [] })
    expect(new Set(log.events.map(({ causation_id }) => causation_id)).size).toBe(log.events.length)
    expect(log.events.filter(({ event_type }) => event_type === 'WPChanged')).toHaveLength(2)
  })

  it('makes an open conflict of what both sides changed, and says so beforehand', () => {
    const log = new Log()
    log.import(source([one('b-1')]))
    log.move('WP01', 'planned', 'doing')
    const document = source([one('b-1', closed)])
    expect(log.plan(document).conflicts).toEqual([
      {
        feature: SLUG,
        work_package: 'WP01',
        item: 'b-1',
        register: 'lane',
        imported: 'planned',
        kitty: 'doing',
        source: 'done',
      },
    ])
    log.import(document)
    expect(log.state('WP01')!.conflicts.map(({ register, open: isOpen }) => [register, isOpen])).toEqual([
      ['status', true],
    ])
    expect(log.import(document)).toEqual([])
  })

  it('makes no conflict where both sides came to the same value', () => {
    const log = new Log()
    log.import(source([one('b-1')]))
    log.move('WP01', 'planned', 'done')
    const document = source([one('b-1', { ...state('closed', 'done', '2026-05-02T00:00:00.000Z') })])
    expect(log.plan(document).conflicts).toEqual([])
    log.import(document)
    expect(log.state('WP01')).toMatchObject({ lane: 'done', conflicts: [] })
  })

  it('goes on after a person put the imported value back', () => {
    const log = new Log()
    log.import(source([one('b-1')]))
    log.move('WP01', 'planned', 'doing', '2026-02-01T00:00:00.000Z')
    log.move('WP01', 'doing', 'planned', '2026-02-02T00:00:00.000Z')
    log.import(source([one('b-1', state('closed', 'done', '2026-03-01T00:00:00.000Z'))]))
    expect(log.state('WP01')).toMatchObject({ lane: 'done', conflicts: [] })
  })

  it('has no conflict over another register', () => {
    const log = new Log()
    log.import(source([one('b-1')]))
    log.move('WP01', 'planned', 'doing')
    log.import(source([one('b-1', { title: 'New title' })]))
    expect(log.state('WP01')).toMatchObject({ title: 'New title', lane: 'doing', conflicts: [] })
  })

  it('merges dependencies, subtasks and tags by element', () => {
    const log = new Log()
    const items = (rest: Partial<TransferItem>) =>
      source([
        one('b-1'),
        one('b-2', { createdAt: '2026-01-02T00:00:00.000Z' }),
        one('b-3', { createdAt: '2026-01-03T00:00:00.000Z', ...rest }),
      ])
    log.import(
      items({ dependencies: ['b-1'], tags: ['x', 'y'], subtasks: [{ id: 'T001', title: '', done: false }] }),
    )
    log.own('WP03', 'TagsChanged', { added: ['mine'], removed: [] })
    log.import(
      items({ dependencies: ['b-2'], tags: ['y', 'z'], subtasks: [{ id: 'T002', title: '', done: true }] }),
    )
    const found = log.state('WP03')!
    expect(found.dependencies).toEqual(['WP02'])
    expect(found.tags.map(({ tag }) => tag)).toEqual(['mine', 'src:beads:b-3', 'y', 'z'])
    expect(found.subtasks.map(({ id, done }) => [id, done])).toEqual([['T002', true]])
    expect(found.conflicts).toEqual([])
  })

  it('tags what is gone from the source and cancels nothing, and takes the tag away when it is back', () => {
    const log = new Log()
    const both = source([one('b-1'), one('b-2')])
    log.import(both)
    log.import(source([one('b-1')]))
    expect(log.state('WP02')).toMatchObject({ lane: 'planned' })
    expect(log.state('WP02')!.tags.map(({ tag }) => tag)).toContain('gone-from-source')
    expect(log.import(source([one('b-1')]))).toEqual([])
    log.import(both)
    expect(log.state('WP02')!.tags.map(({ tag }) => tag)).not.toContain('gone-from-source')
  })

  it('tags nothing as gone while a part of the source cannot be read', () => {
    const log = new Log()
    log.import(source([one('b-1'), one('b-2')]))
    expect(
      log.import(source([one('b-1')], { problems: [{ file: 'x', line: 2, message: 'not JSON' }] })),
    ).toEqual([])
  })

  it('gives a later item the next free number, whatever its age', () => {
    const log = new Log()
    log.import(source([one('b-1'), one('b-2')]))
    log.import(source([one('b-0', { createdAt: '2020-01-01T00:00:00.000Z' }), one('b-1'), one('b-2')]))
    expect(log.state('WP03')?.title).toBe('Title of b-0')
  })

  it('does not go back in time where the source does', () => {
    const log = new Log()
    log.import(source([one('b-1', state('in_progress', 'working', '2026-01-09T00:00:00.000Z'))]))
    log.import(source([one('b-1', state('closed', 'done', '2026-01-08T00:00:00.000Z'))]))
    expect(log.state('WP01')).toMatchObject({ lane: 'done', conflicts: [] })
  })

  it('completes what was interrupted anywhere, with nothing twice', () => {
    const document = source([
      one('b-1', { ...closed, changes: [note('x')], tags: ['ui'] }),
      one('b-2', { dependencies: ['b-1'], createdAt: '2026-01-02T00:00:00.000Z' }),
    ])
    const whole = new Log()
    whole.import(document)
    for (let cut = 0; cut <= whole.events.length; cut += 1) {
      const log = new Log()
      log.events = whole.events.slice(0, cut)
      log.import(document)
      expect(log.events.map(({ causation_id }) => causation_id).sort()).toEqual(
        whole.events.map(({ causation_id }) => causation_id).sort(),
      )
      expect(log.import(document)).toEqual([])
    }
  })
})

describe('two clones', () => {
  const older = source([one('b-1', { title: 'A', changes: [note('x')], tags: ['t'] })])
  const newer = source([
    one('b-1', {
      title: 'B',
      ...closed,
      updatedAt: '2026-01-06T00:00:00.000Z',
      changes: [note('x'), note('y', { at: '2026-01-04T00:00:00.000Z' })],
      tags: ['t'],
    }),
    one('b-2', { createdAt: '2026-02-01T00:00:00.000Z' }),
  ])

  it('that import one file and go on working have nothing twice', () => {
    const [a, b] = [new Log(), new Log()]
    a.import(older)
    b.events = []
    b.import(source([one('z-1')]), { source: 'other' })
    b.events = b.events.filter(({ entity_type }) => entity_type === 'FeatureSpec')
    b.import(older)
    a.own('WP01', 'NoteAdded', { text: 'from a' })
    b.own('WP01', 'NoteAdded', { text: 'from b' })
    const both = merged(a, b)
    expect(both.state('WP01')).toMatchObject({ title: 'A', notes: 3, conflicts: [] })
    expect(both.import(older)).toEqual([])
  })

  it('that import two states of one file agree on what the source said last', () => {
    for (const [first, second] of [
      [older, newer],
      [newer, older],
    ] as const) {
      const [a, b] = [new Log(), new Log()]
      a.import(first)
      b.import(second)
      const both = merged(a, b)
      expect(both.state('WP01')).toMatchObject({ lane: 'done', notes: 2, conflicts: [] })
      both.import(newer)
      expect(both.state('WP01')).toMatchObject({ title: 'B', lane: 'done', notes: 2, conflicts: [] })
      expect(both.state('WP02')?.title).toBe('Title of b-2')
      expect(both.import(newer)).toEqual([])
    }
  })
})

describe('a history', () => {
  const mission = (
    changes: readonly ItemChange[],
    rest: Partial<TransferDocument> = {},
  ): TransferDocument => ({
    ...source([made('WP04', { lane: undefined, assignee: undefined, changes })], {
      format: 'spec-kitty',
      workflow: 'reviewed',
      ...rest,
    }),
    features: [
      {
        ...source([]).features[0]!,
        source: '017-merge',
        items: [made('WP04', { lane: undefined, assignee: undefined, changes })],
      },
    ],
  })
  const [a, b, c] = [
    history('E1', 'genesis', 'planned', '2026-02-01T00:00:00.000Z'),
    history('E2', 'planned', 'claimed', '2026-02-02T00:00:00.000Z'),
    history('E4', 'claimed', 'in_progress', '2026-02-04T00:00:00.000Z'),
  ]

  it('comes in with its own numbers, lanes by name, and its own event ids as keys', () => {
    const log = new Log(REVIEWED_WORKFLOW)
    log.import(mission([a, b, c]))
    expect(log.state('WP04')).toMatchObject({ lane: 'in_progress', lane_actor: 'claude' })
    expect(log.events.map(({ causation_id }) => causation_id)).toContain(
      'import:spec-kitty:017-merge:WP04:lane:E2',
    )
  })

  it('takes a line that was merged into its middle as that one event, and keeps the lane', () => {
    const log = new Log(REVIEWED_WORKFLOW)
    log.import(mission([a, b, c]))
    const between = history('E3', 'claimed', 'blocked', '2026-02-03T00:00:00.000Z')
    const written = log.import(mission([a, b, between, c]))
    expect(written.map(({ causation_id }) => causation_id)).toEqual([
      'import:spec-kitty:017-merge:WP04:lane:E3',
    ])
    expect(
      written[0]!.parents!.every(
        (parent) =>
          log.events.find(({ event_id }) => event_id === parent)!.timestamp <= written[0]!.timestamp,
      ),
    ).toBe(true)
    expect(log.state('WP04')).toMatchObject({ lane: 'in_progress', conflicts: [] })
    const later = history('E5', 'in_progress', 'for_review', '2026-02-05T00:00:00.000Z')
    log.import(mission([a, b, between, c, later]))
    expect(log.state('WP04')).toMatchObject({ lane: 'for_review', conflicts: [] })
  })

  it('is refused under another table without --map', () => {
    expect(() => new Log().plan(mission([a, b]))).toThrow(/not those of this project/)
    expect(() => new Log().plan(mission([a, b]), { maps: ['claimed=nowhere'] })).toThrow(
      /"nowhere" is no lane/,
    )
  })

  it('comes into the default table as --map default says', () => {
    const log = new Log()
    const approved = history('E6', 'in_progress', 'approved', '2026-02-06T00:00:00.000Z')
    log.import(mission([a, b, c, approved]), { maps: ['default'] })
    expect(log.state('WP04')).toMatchObject({
      lane: 'for_review',
      gates: [{ gate_type: 'REVIEW', status: 'passed' }],
    })
    const blocked = history('E7', 'approved', 'blocked', '2026-02-07T00:00:00.000Z')
    log.import(mission([a, b, c, approved, blocked]), { maps: ['default'] })
    expect(log.state('WP04')).toMatchObject({ lane: 'planned', conflicts: [] })
    expect(log.state('WP04')!.tags.map(({ tag }) => tag)).toContain('blocked')
    log.import(
      mission([
        a,
        b,
        c,
        approved,
        blocked,
        history('E8', 'blocked', 'in_progress', '2026-02-08T00:00:00.000Z'),
      ]),
      { maps: ['default'] },
    )
    expect(log.state('WP04')!.tags.map(({ tag }) => tag)).not.toContain('blocked')
  })

  it('keeps evidence, review and actor with a move, and cuts what is over 16 KiB', () => {
    const log = new Log(REVIEWED_WORKFLOW)
    const big = { verification: [{ command: 'x', result: 'pass' }], log: 'y'.repeat(20_000) }
    const move = {
      ...a,
      evidence: big,
      review: { verdict: 'approved', extra: 1 },
      actorInfo: { role: 'reviewer' },
    } as ItemChange
    const document = mission([move])
    expect(log.plan(document).losses).toEqual([
      { what: 'evidence over 16 KiB (cut to the known keys)', count: 1, where: 'dropped' },
    ])
    const moved = log.import(document).find(({ event_type }) => event_type === 'WPStatusChanged')!
    expect(moved).toMatchObject({
      event_version: 2,
      payload: {
        evidence: { verification: [{ command: 'x', result: 'pass' }] },
        review: { verdict: 'approved', extra: 1 },
        actor_info: { role: 'reviewer' },
      },
    })
    expect(log.import(mission([{ ...b }])).at(-1)).toMatchObject({ event_version: 1 })
  })

  it('in place says nothing of what the files define', () => {
    const log = new Log(REVIEWED_WORKFLOW)
    log.import(mission([a]), { inPlace: true })
    const renamed = mission([a])
    const feature = {
      ...renamed.features[0]!,
      items: [{ ...renamed.features[0]!.items[0]!, title: 'Renamed' }],
    }
    expect(log.import({ ...renamed, features: [feature] }, { inPlace: true })).toEqual([])
  })
})
