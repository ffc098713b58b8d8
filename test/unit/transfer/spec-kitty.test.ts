import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { describe, expect, it } from 'vitest'
import { DEFAULT_WORKFLOW, REVIEWED_WORKFLOW } from '../../../src/core/events-lib.js'
import type { ItemChange, SourceFile, TransferDocument } from '../../../src/core/transfer/document.js'
import { readSpecKitty } from '../../../src/core/transfer/spec-kitty/read-mission.js'
import { writeSpecKitty } from '../../../src/core/transfer/spec-kitty/write-mission.js'
import {
  board,
  boardOf,
  file,
  inLane,
  item,
  itemsOf,
  kept,
  lost,
  made,
  OWN_TABLE,
  problemsOf,
  REVIEWED,
} from '../../support/transfer.js'

const M = '017-merge'
const ID = (n: number) => `01KJ5V38R0B8AZPCZGYHPXGH${String(n).padStart(2, '0')}`
const move = (n: number, wp: string, from: string, to: string, at: string, rest: object = {}) => ({
  actor: 'claude',
  at,
  event_id: ID(n),
  evidence: null,
  execution_mode: 'worktree',
  force: false,
  from_lane: from,
  mission_slug: M,
  policy_metadata: null,
  reason: null,
  review_ref: null,
  to_lane: to,
  wp_id: wp,
  ...rest,
})
const note = (n: number, wp: string, delta: object, rest: object = {}) => ({
  actor: 'claude',
  at: '2026-03-01T00:00:00Z',
  delta,
  event_id: ID(n),
  kind: 'annotation',
  wp_id: wp,
  ...rest,
})
const wp = (id: string, head = '', body = 'Do it.') =>
  file(`${M}/tasks/${id}-x.md`, `---\nwork_package_id: ${id}\ntitle: Title of ${id}\n${head}---\n\n${body}\n`)
const log = (...lines: (object | string)[]) =>
  file(
    `${M}/status.events.jsonl`,
    lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n'),
  )
const meta = file(
  `${M}/meta.json`,
  JSON.stringify({
    friendly_name: 'Merge',
    mission_type: 'software-dev',
    created_at: '2026-01-18T11:10:00Z',
    slug: M,
  }),
)
const read = (...files: SourceFile[]) => readSpecKitty([meta, ...files], REVIEWED)
const changes = async (...lines: object[]): Promise<readonly ItemChange[]> =>
  item(await read(wp('WP01'), log(...lines)), 'WP01').changes

describe("a mission's folder", () => {
  it('is a source of its own, with its title and its packages', async () => {
    const [feature] = (await read(wp('WP02'), wp('WP01', 'dependencies: []\nsubtasks: [T001, T002]\n')))
      .features
    expect(feature).toMatchObject({ source: M, name: M, title: 'Merge', mission: 'software-dev' })
    expect(feature!.items.map(({ id, workPackage }) => [id, workPackage])).toEqual([
      ['WP01', 'WP01'],
      ['WP02', 'WP02'],
    ])
    expect(feature!.items[0]!.subtasks.map(({ id }) => id)).toEqual(['T001', 'T002'])
  })

  it('gives moves in the order of time and id, whatever the order of lines', async () => {
    const found = await changes(
      move(3, 'WP01', 'claimed', 'in_progress', '2026-01-02T00:00:00Z'),
      move(2, 'WP01', 'planned', 'claimed', '2026-01-02T00:00:00Z'),
      move(1, 'WP01', 'genesis', 'planned', '2026-01-01T00:00:00Z'),
    )
    expect(found.map((change) => change.kind === 'move' && change.to)).toEqual([
      'planned',
      'claimed',
      'in_progress',
    ])
  })

  it('keeps moves that go nowhere', async () => {
    const found = await changes(
      move(1, 'WP01', 'planned', 'planned', '2026-01-01T00:00:00Z'),
      move(2, 'WP01', 'done', 'done', '2026-01-02T00:00:00Z'),
    )
    expect(found).toHaveLength(2)
  })

  it('keeps evidence, review and who moved it with a move', async () => {
    const evidence = {
      review: { reviewer: 'R', verdict: 'approved', reference: 'PR#1' },
      repos: [{ repo: 'r', branch: 'b', commit: 'abc1234', files_touched: ['a'] }],
    }
    const [found] = await changes(
      move(1, 'WP01', 'in_review', 'approved', '2026-01-01T00:00:00Z', {
        actor: { role: 'reviewer', profile: null, tool: 'claude', model: 'm' },
        evidence,
        review_result: { reviewer: 'R', verdict: 'approved', reference: 'PR#1' },
        review_ref: 'PR#1',
        reason: 'fine',
      }),
    )
    expect(found).toMatchObject({
      by: 'claude',
      reason: 'fine',
      actorInfo: { role: 'reviewer', tool: 'claude', model: 'm' },
      review: { reviewer: 'R', verdict: 'approved', reference: 'PR#1' },
      evidence: { repos: [{ repo: 'r', branch: 'b', commit: 'abc1234', files: ['a'] }] },
    })
  })

  it('takes a bare review_ref as the reference, and keeps one that differs from the verdict', async () => {
    const [bare, both] = await changes(
      move(1, 'WP01', 'for_review', 'in_progress', '2026-01-01T00:00:00Z', { review_ref: 'feedback://1' }),
      move(2, 'WP01', 'in_review', 'done', '2026-01-02T00:00:00Z', {
        review_ref: 'x',
        review_result: { reviewer: 'R', verdict: 'v', reference: 'y' },
      }),
    )
    expect(bare).toMatchObject({ review: { reference: 'feedback://1' } })
    expect(both).toMatchObject({ review: { reference: 'y', review_ref: 'x' } })
  })

  it('takes annotations: subtasks, notes, who it belongs to, tracker references', async () => {
    const found = await changes(
      note(1, 'WP01', { subtasks: { T001: 'done', T002: 'planned' } }),
      note(2, 'WP01', { note: 'All green' }),
      note(3, 'WP01', {
        agent: 'codex',
        role: 'implementer',
        agent_profile: '__resolved_profile_absent__',
        model: 'm',
        shell_pid: 7,
      }),
      note(4, 'WP01', { assignee: 'ada', agent: 'codex' }),
      note(5, 'WP01', { tracker_refs: ['#2022', '#2023'] }),
      note(6, 'WP01', { agent: '', shell_pid: 0 }),
      note(7, 'WP01', { release_runtime_claim: true }),
    )
    expect(found.map((change) => [change.kind, change.id])).toEqual([
      ['subtask', ID(1)],
      ['subtask', ID(1)],
      ['note', ID(2)],
      ['assign', ID(3)],
      ['assign', ID(4)],
      ['link', ID(5)],
      ['link', ID(5)],
      ['assign', ID(7)],
    ])
    expect(found[3]).toMatchObject({ assignee: 'codex', actorInfo: { role: 'implementer', model: 'm' } })
    expect(found[4]).toMatchObject({ assignee: 'ada' })
    expect(found[7]).toMatchObject({ assignee: null })
  })

  it('assigns the one who claims it', async () => {
    const found = await changes(
      move(1, 'WP01', 'planned', 'claimed', '2026-01-01T00:00:00Z', {
        policy_metadata: { agent: 'claude', shell_pid: 1 },
      }),
    )
    expect(found.map(({ kind }) => kind)).toEqual(['move', 'assign'])
  })

  it('takes an override of a review as a note, and an empty one as nothing', async () => {
    const found = await changes(
      note(1, 'WP01', { review: { actor: 'op', at: 'x', reason: 'Stale', wp_id: 'WP01' } }),
      note(2, 'WP01', { review: { actor: '', at: '', reason: '', wp_id: '' } }),
    )
    expect(found).toMatchObject([{ kind: 'note', text: 'Review overridden by op: Stale' }])
  })

  it('takes the time, the author and the title of a package from its creation', async () => {
    const created = {
      aggregate_id: 'WP03',
      event_id: ID(1),
      event_type: 'WPCreated',
      payload: {
        actor: 'kitty',
        created_at: '2026-01-01T00:00:00.5Z',
        depends_on: ['WP01'],
        wp_id: 'WP03',
        wp_title: 'Gone file',
      },
      timestamp: '2026-01-01T00:00:01Z',
    }
    expect(item(await read(wp('WP01'), log(created)), 'WP03')).toMatchObject({
      title: 'Gone file',
      createdAt: '2026-01-01T00:00:00.500Z',
      createdBy: 'kitty',
      dependencies: ['WP01'],
    })
  })

  it('takes lifecycle lines as notes on the feature, and on the package they name', async () => {
    const document = await read(
      wp('WP01'),
      log(
        {
          event_id: ID(1),
          event_type: 'SpecifyCompleted',
          payload: { actor: 'spec-kitty', artifact_path: 'spec.md', mission_slug: M, summary: null },
          timestamp: '2026-01-01T00:00:00Z',
        },
        {
          event_id: ID(2),
          event_type: 'ReviewerSelfApproval',
          payload: { wp_id: 'WP01', failure_reason: 'No one there' },
          timestamp: '2026-01-01T00:00:00Z',
        },
        {
          event_id: ID(3),
          type: 'RetrospectiveCaptured',
          at: '2026-01-03T00:00:00Z',
          actor: { kind: 'runtime', id: 'gen', display: null },
          findings_status: 'none',
          wp_id: null,
        },
      ),
    )
    expect(document.features[0]!.notes).toEqual([
      {
        id: ID(1),
        at: '2026-01-01T00:00:00.000Z',
        by: 'spec-kitty',
        text: 'SpecifyCompleted\nartifact_path: spec.md',
      },
      {
        id: ID(3),
        at: '2026-01-03T00:00:00.000Z',
        by: 'gen',
        text: 'RetrospectiveCaptured\nfindings_status: none',
      },
    ])
    expect(item(document, 'WP01').changes).toMatchObject([
      { kind: 'note', text: 'ReviewerSelfApproval\nfailure_reason: No one there' },
    ])
  })

  it('reports what has no place', async () => {
    const document = await read(
      wp('WP01'),
      log(
        move(1, 'WP01', 'planned', 'done', '2026-01-01T00:00:00Z', { policy_metadata: { x: 1 } }),
        note(2, 'WP01', { shell_pid: 1, role: 'r' }),
      ),
    )
    expect(lost(document)).toMatchObject({
      'execution_mode of a move': 1,
      'policy_metadata of a move': 1,
      'shell_pid of an annotation': 1,
      'role, profile, model of an annotation': 1,
    })
  })

  it('names damaged lines and reads the rest', async () => {
    const document = await read(
      wp('WP01'),
      log(
        '{"event_id"',
        '<<<<<<< HEAD',
        move(1, 'WP01', 'planned', 'done', '2026-01-01T00:00:00Z'),
        { at: 'x' },
        move(2, '', 'a', 'b', '2026-01-01T00:00:00Z'),
        { ...move(3, 'WP01', 'a', '', '2026-01-01T00:00:00Z') },
      ),
    )
    expect(problemsOf(document)).toEqual([
      `${M}/status.events.jsonl:1 is no event: not a JSON object`,
      `${M}/status.events.jsonl:2 is a conflict marker of git; passed over`,
      `${M}/status.events.jsonl:4 is no event: it has no event_id`,
      `${M}/status.events.jsonl:5 names no work package`,
      `${M}/status.events.jsonl:6 is a move without both lanes`,
    ])
    expect(item(document, 'WP01').changes).toHaveLength(1)
  })

  it('counts a line that is there twice once', async () => {
    expect(
      await changes(
        move(1, 'WP01', 'planned', 'done', '2026-01-01T00:00:00Z'),
        move(1, 'WP01', 'planned', 'done', '2026-01-01T00:00:00Z'),
      ),
    ).toHaveLength(1)
  })

  it('spells WP1 as WP01', async () => {
    expect(
      itemsOf(await read(log(move(1, 'WP1', 'planned', 'done', '2026-01-01T00:00:00Z')))).map(({ id }) => id),
    ).toEqual(['WP01'])
  })

  it('reads Windows line ends and a byte order mark', async () => {
    const text = `\ufeff${JSON.stringify(move(1, 'WP01', 'planned', 'done', '2026-01-01T00:00:00Z'))}\r\n`
    expect(item(await read(wp('WP01'), file(`${M}/status.events.jsonl`, text)), 'WP01').changes).toHaveLength(
      1,
    )
  })

  it('takes the Activity Log and the lane of the front matter where there is no event log', async () => {
    const body =
      '# X\n\n## Activity Log\n\n- 2025-11-02T17:29:08Z – codex – shell_pid=4 – lane=for_review – Ready – really\n- 2025-11-02T16:58:36Z -- system -- lane=planned -- Prompt created.\n- 2025-11-02T17:28:49Z – codex – lane=doing – Started\n- 2025-11-02T17:28:59Z – codex – lane=doing – Half done\n---\n- 2026-01-01T00:00:00Z – x – lane=done – no entry\n'
    const document = await read(wp('WP01', '', body), wp('WP02', 'lane: done\n'))
    expect(item(document, 'WP01').changes).toMatchObject([
      { kind: 'move', from: 'planned', to: 'doing', by: 'codex', reason: 'Started' },
      { kind: 'note', text: 'Half done' },
      { kind: 'move', from: 'doing', to: 'for_review', reason: 'Ready – really' },
    ])
    expect(item(document, 'WP01').createdAt).toBe('2025-11-02T17:28:49.000Z')
    expect(item(document, 'WP02').lane).toMatchObject({ status: 'done', lane: 'done' })
  })

  it('does not look at the front matter or the Activity Log where there is an event log', async () => {
    const document = await read(
      wp('WP01', 'lane: done\n', '## Activity Log\n- 2025-11-02T17:28:49Z – codex – lane=doing – Started\n'),
      log(move(1, 'WP01', 'planned', 'claimed', '2026-01-01T00:00:00Z')),
    )
    expect(item(document, 'WP01').lane).toBeUndefined()
    expect(item(document, 'WP01').changes).toHaveLength(1)
  })

  it('names files that cannot be read, and a second file of one package', async () => {
    const document = await read(
      wp('WP01'),
      file(`${M}/tasks/WP02-x.md`, '---\ntitle: [a]\n---\n'),
      file(`${M}/tasks/doing/WP01-y.md`, '---\nwork_package_id: WP01\ntitle: t\n---\n'),
    )
    expect(document.problems).toHaveLength(2)
    expect(itemsOf(document)).toHaveLength(1)
  })

  it('names a second mission of one name, and takes the one that is less deep', async () => {
    const text = (title: string) => `---\nwork_package_id: WP01\ntitle: ${title}\n---\n`
    const document = await read(
      file(`kitty-specs/a/${M}/tasks/WP01-x.md`, text('Kept aside')),
      file(`kitty-specs/${M}/tasks/WP01-x.md`, text('In force')),
      file(`kitty-specs/b/${M}/meta.json`, '{"mission_type":"software-dev"}'),
    )
    expect(itemsOf(document).map(({ title }) => title)).toEqual(['In force'])
    expect(problemsOf(document)).toEqual([
      `kitty-specs/a/${M}:- is a second mission named ${M}; the first one counts`,
    ])
  })

  it('leaves out cycles of dependencies and unknown packages', async () => {
    const document = await read(
      wp('WP01', 'dependencies: [WP02, WP09]\n'),
      wp('WP02', 'dependencies: [WP01]\n'),
    )
    expect(lost(document)).toMatchObject({ 'dependency (unknown)': 1, 'dependency (cycle)': 1 })
  })

  it('reads several missions of one repository, and one whose folder was given', async () => {
    const other = (path: string) => file(`${path}WP01-x.md`, '---\nwork_package_id: WP01\ntitle: t\n---\n')
    expect((await read(wp('WP01'), other('018-b/tasks/'))).features.map(({ source }) => source)).toEqual([
      M,
      '018-b',
    ])
    const own = await readSpecKitty(
      [file('meta.json', JSON.stringify({ slug: '019-c' })), other('tasks/')],
      REVIEWED,
    )
    expect(own.features.map(({ source }) => source)).toEqual(['019-c'])
  })

  it('reads 5,000 lines', async () => {
    const lines = Array.from({ length: 5_000 }, (_, at) => ({
      ...move(0, 'WP01', 'planned', 'claimed', '2026-01-01T00:00:00Z'),
      event_id: `e${at}`,
    }))
    expect((await changes(...lines)).length).toBe(5_000)
  })
})

describe('a board exported to spec-kitty', () => {
  const asFiles = (document: TransferDocument, table = DEFAULT_WORKFLOW) =>
    writeSpecKitty(document, table).map(({ path, text }) => file(path.replace(/^kitty-specs\//, ''), text))
  const moved = (from: string, to: string): ItemChange => ({
    kind: 'move',
    id: null,
    at: '2026-01-03T00:00:00.000Z',
    by: 'ada',
    from,
    to,
    reason: null,
    force: false,
    evidence: null,
    review: null,
    actorInfo: null,
  })
  const all = board(
    ...DEFAULT_WORKFLOW.lanes.map((lane, at) =>
      made(`WP0${at + 1}`, {
        ...inLane(lane),
        dependencies: at === 0 ? [] : ['WP01'],
        changes: lane === 'planned' ? [] : [moved('planned', lane)],
      }),
    ),
    made('WP09', {
      title: 'a: "b"',
      tags: ['ui', 'x: y'],
      priority: 'high',
      subtasks: [
        { id: 'T001', title: '', done: true },
        { id: 'T002', title: '', done: false },
      ],
      changes: [
        { kind: 'subtask', id: null, at: '2026-01-03T00:00:00.000Z', by: 'ada', subtask: 'T001', done: true },
      ],
    }),
  )

  it('is the same board when it is read again, and loses nothing', async () => {
    const again = await readSpecKitty(asFiles(all), { table: DEFAULT_WORKFLOW })
    expect(again.problems).toEqual([])
    expect(again.losses).toEqual([])
    expect(again.workflow).toBe('default')
    expect(kept(again)).toEqual(kept(all))
  })

  it('has no move that the board did not have, and says who made each package', async () => {
    const document = board(
      made('WP01', { createdBy: 'ada' }),
      made('WP02', { changes: [moved('genesis', 'planned')] }),
    )
    const again = await readSpecKitty(asFiles(document), { table: DEFAULT_WORKFLOW })
    expect(item(again, 'WP01')).toMatchObject({
      createdBy: 'ada',
      createdAt: '2026-01-01T00:00:00.000Z',
      changes: [],
    })
    expect(item(again, 'WP02').changes).toMatchObject([{ from: 'genesis', to: 'planned' }])
  })

  it('says lanes of other tables in the nine that spec-kitty knows', () => {
    const lines = asFiles(all).find(({ path }) => path.endsWith('.jsonl'))!
    const text = Buffer.from(lines.bytes).toString()
    const lanes = new Set([...text.matchAll(/"to_lane":"(\w+)"/g)].map((match) => match[1]))
    expect([...lanes].sort()).toEqual(['canceled', 'done', 'for_review', 'in_progress', 'planned'])
  })

  it('is the same under the table of nine lanes and under one of its own', async () => {
    const nine = boardOf([
      [
        '001-a',
        REVIEWED_WORKFLOW.lanes.map((lane, at) =>
          made(`WP0${at + 1}`, { ...inLane(lane), changes: [moved('planned', lane)] }),
        ),
      ],
    ])
    expect(kept(await readSpecKitty(asFiles(nine, REVIEWED_WORKFLOW), REVIEWED))).toEqual(kept(nine))
    const own = boardOf([
      ['001-a', [made('WP01', { ...inLane('shipped'), changes: [moved('building', 'shipped')] })]],
    ])
    expect(kept(await readSpecKitty(asFiles(own, OWN_TABLE), { table: OWN_TABLE }))).toEqual(kept(own))
  })

  it('lets a later move of spec-kitty win', async () => {
    const files = asFiles(
      board(made('WP01', { ...inLane('rejected'), changes: [moved('for_review', 'rejected')] })),
    )
    const later = files.map((one) =>
      one.path.endsWith('.jsonl')
        ? file(
            one.path,
            `${Buffer.from(one.bytes).toString()}${JSON.stringify(move(9, 'WP01', 'planned', 'claimed', '2026-02-01T00:00:00Z'))}\n`,
          )
        : one,
    )
    expect(
      item(await readSpecKitty(later, REVIEWED), 'WP01')
        .changes.filter(({ kind }) => kind === 'move')
        .at(-1),
    ).toMatchObject({ to: 'claimed' })
  })
})

const data = process.env['KITTY_SHARED_DATA']
const specs = data === undefined ? '' : join(data, 'kitty-specs')
if (!existsSync(specs))
  console.log('skipped: real missions, KITTY_SHARED_DATA names no folder with kitty-specs')

describe.skipIf(!existsSync(specs))('real missions', () => {
  it('end in the lanes and subtasks that the source computed itself', async () => {
    const files = readdirSync(specs, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /(?:\.md|\.json|\.jsonl)$/.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => file(relative(specs, path).split(sep).join('/'), readFileSync(path)))
    const document = await readSpecKitty(files, REVIEWED)
    expect(document.features).toHaveLength(11)
    for (const feature of document.features) {
      const status = JSON.parse(readFileSync(join(specs, feature.source!, 'status.json'), 'utf8')) as {
        work_packages: Record<string, { lane: string; subtasks?: Record<string, string> }>
      }
      for (const [id, state] of Object.entries(status.work_packages)) {
        const own = feature.items.find((one) => one.id === id)!
        expect([id, own.changes.filter((change) => change.kind === 'move').at(-1)?.to]).toEqual([
          id,
          state.lane,
        ])
        const done = new Map(
          own.changes.flatMap((change) => (change.kind === 'subtask' ? [[change.subtask, change.done]] : [])),
        )
        for (const [subtask, value] of Object.entries(state.subtasks ?? {}))
          expect([id, subtask, done.get(subtask)]).toEqual([id, subtask, value === 'done'])
      }
    }
  })
})
