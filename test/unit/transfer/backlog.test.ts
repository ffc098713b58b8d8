import { describe, expect, it } from 'vitest'
import { readBacklog } from '../../../src/core/transfer/backlog/read-backlog.js'
import { writeBacklog } from '../../../src/core/transfer/backlog/write-backlog.js'
import { DEFAULT_WORKFLOW, REVIEWED_WORKFLOW } from '../../../src/core/events-lib.js'
import {
  board,
  boardOf,
  DEFAULT,
  file,
  inLane,
  item,
  itemsOf,
  kept,
  lost,
  made,
  problemsOf,
} from '../../support/transfer.js'

const CONFIG = file(
  'backlog/config.yml',
  'project_name: "Shop"\nstatuses: ["To Do", "In Progress", "In Review", "Done"]\ntask_prefix: "task"\n',
)

function task(id: string, head: string, body = '', folder = 'tasks') {
  return file(
    `backlog/${folder}/${id.toLowerCase()} - x.md`,
    `---\nid: ${id}\ntitle: Title of ${id}\ncreated_date: '2026-04-25 12:14'\n${head}---\n${body}`,
  )
}

const read = (...files: Parameters<typeof readBacklog>[0][number][]) =>
  readBacklog([CONFIG, ...files], DEFAULT)

describe('a task of Backlog.md', () => {
  it('takes task-1 and TASK-1 for one task, as the tool does', async () => {
    const read = await readBacklog(
      [
        CONFIG,
        task('task-1', "updated_date: '2026-05-01'\n"),
        task('TASK-1', ''),
        task('TASK-2', 'dependencies: [task-1]\n'),
      ],
      DEFAULT,
    )
    expect(itemsOf(read).map(({ id, dependencies }) => [id, dependencies])).toEqual([
      ['TASK-1', []],
      ['TASK-2', ['TASK-1']],
    ])
    expect(problemsOf(read)).toEqual([expect.stringContaining('TASK-1 is there more than once')])
    expect(item(read, 'TASK-1').title).toBe('Title of task-1')
  })

  it('takes sections between their markers', async () => {
    const found = item(
      await read(
        task(
          'BACK-430',
          'status: Done\n',
          '\n## Description\n\n<!-- SECTION:DESCRIPTION:BEGIN -->\nWhat.\n\n## Not a section\nmore\n<!-- SECTION:DESCRIPTION:END -->\n\n## Implementation Plan\n\n<!-- SECTION:PLAN:BEGIN -->\n1. one\n<!-- SECTION:PLAN:END -->\n',
        ),
      ),
      'BACK-430',
    )
    expect(found.body).toBe('What.\n\n## Not a section\nmore\n\n## Implementation plan\n\n1. one')
  })

  it('takes acceptance criteria as subtasks, and the definition of done into the body', async () => {
    const found = item(
      await read(
        task(
          'BACK-1',
          'status: To Do\n',
          '## Acceptance Criteria\n<!-- AC:BEGIN -->\n- [x] #1 It saves\n- [ ] #2 It loads\n<!-- AC:END -->\n\n## Definition of Done\n<!-- DOD:BEGIN -->\n- [ ] #1 tests pass\n<!-- DOD:END -->\n',
        ),
      ),
      'BACK-1',
    )
    expect(found.subtasks).toMatchObject([
      { title: 'It saves', done: true },
      { title: 'It loads', done: false },
    ])
    expect(found.subtasks[0]!.id).toMatch(/^s-[0-9A-HJKMNP-TV-Z]{8}$/)
    expect(found.body).toContain('## Definition of done\n\n- [ ] #1 tests pass')
  })

  it('names a criterion by its words, so that another order changes no id', async () => {
    const of = async (list: string) =>
      item(await read(task('BACK-1', '', `## Acceptance Criteria\n${list}`)), 'BACK-1').subtasks.map(
        ({ id }) => id,
      )
    const [one, two] = await of('- [ ] #1 It saves\n- [ ] #2 It loads\n')
    expect(await of('- [x] #1 It loads\n- [ ] #2 It saves\n')).toEqual([two, one])
  })

  it('reads sections of earlier versions, without markers', async () => {
    const found = item(
      await read(
        task('BACK-1', '', '## Description\n\nOld.\n\n## Acceptance Criteria (Optional)\n- [ ] one two\n'),
      ),
      'BACK-1',
    )
    expect(found.body).toBe('Old.')
    expect(found.subtasks).toMatchObject([{ title: 'one two' }])
  })

  it('takes a heading inside of a code fence as text', async () => {
    const found = item(await read(task('BACK-1', '', '## Description\n```md\n## Comments\n```\n')), 'BACK-1')
    expect(found.body).toBe('```md\n## Comments\n```')
  })

  it('places statuses by the configured order: first, between, last', async () => {
    const document = await read(
      task('T-1', 'status: To Do\n'),
      task('T-2', 'status: In Progress\n'),
      task('T-3', 'status: In Review\n'),
      task('T-4', 'status: Done\n'),
    )
    expect(itemsOf(document).map(({ lane }) => lane?.role)).toEqual(['initial', 'working', 'working', 'done'])
  })

  it('ignores the letter case of a status', async () => {
    expect(item(await read(task('T-1', 'status: done\n')), 'T-1').lane).toMatchObject({
      status: 'Done',
      role: 'done',
    })
  })

  it('plans a task with a status that is not configured, and says so', async () => {
    const document = await read(task('T-1', "status: Won't Do\n"))
    expect(item(document, 'T-1').lane?.role).toBe('initial')
    expect(lost(document)).toMatchObject({ "status Won't Do (as To Do)": 1 })
  })

  it('takes a completed task as done and a draft as planned, with a tag', async () => {
    const document = await read(
      task('T-1', 'status: To Do\n', '', 'completed'),
      task('DRAFT-1', 'status: Draft\n', '', 'drafts'),
    )
    expect(item(document, 'T-1').lane?.role).toBe('done')
    expect(item(document, 'DRAFT-1')).toMatchObject({ tags: ['draft'], lane: { role: 'initial' } })
    expect(document.losses).toEqual([])
  })

  it('uses the three default statuses without a config', async () => {
    const document = await readBacklog([task('T-1', 'status: Done\n')], DEFAULT)
    expect(item(document, 'T-1').lane?.role).toBe('done')
    expect(document.source).toBeNull()
  })

  it('is named by the project of the config', async () => {
    expect((await read(task('T-1', ''))).source).toBe('Shop')
  })

  it.each([
    ["assignee:\n  - '@alex'\n", 'alex', []],
    ['assignee: @MrLesk\n', 'MrLesk', []],
    ['assignee: [@ada, bob]\n', 'ada', ['assignee:bob']],
    ['assignee: []\n', null, []],
    ['assignee:\n', null, []],
    ['assignee: "Ada Lovelace"\n', 'Ada Lovelace', []],
  ])('reads %j', async (head, assignee, tags) => {
    expect(item(await read(task('T-1', head)), 'T-1')).toMatchObject({ assignee, tags })
  })

  it('takes times without a zone as UTC, or in the zone that is named', async () => {
    expect(item(await read(task('T-1', '')), 'T-1').createdAt).toBe('2026-04-25T12:14:00.000Z')
    const berlin = await readBacklog([CONFIG, task('T-1', '')], { ...DEFAULT, zone: 'Europe/Berlin' })
    expect(item(berlin, 'T-1').createdAt).toBe('2026-04-25T10:14:00.000Z')
  })

  it('takes dates without a time, quoted or not', async () => {
    const document = await readBacklog(
      [file('backlog/tasks/a.md', '---\nid: T-1\ntitle: t\ncreated_date: 2026-04-25\n---\n')],
      DEFAULT,
    )
    expect(item(document, 'T-1').createdAt).toBe('2026-04-25T00:00:00.000Z')
  })

  it('reads comments with author and time', async () => {
    const found = item(
      await read(
        task(
          'T-1',
          '',
          '## Comments\n\n<!-- COMMENTS:BEGIN -->\nauthor: @ada\ncreated: 2026-05-01 10:00\n---\nFirst\nline two\n---\n\nauthor: bob\n---\nSecond\n---\n<!-- COMMENTS:END -->\n',
        ),
      ),
      'T-1',
    )
    expect(found.changes).toEqual([
      { kind: 'note', id: null, at: '2026-05-01T10:00:00.000Z', by: 'ada', text: 'First\nline two' },
      { kind: 'note', id: null, at: null, by: 'bob', text: 'Second' },
    ])
  })

  it('keeps ids with dots, dependencies, and references as links', async () => {
    const document = await read(
      task('BACK-24', ''),
      task(
        'BACK-24.02',
        "dependencies:\n  - BACK-24\nreferences:\n  - 'https://example.org/1'\nparent_task_id: BACK-24\nlabels: [tui, 1.10]\npriority: high\n",
      ),
    )
    const found = item(document, 'BACK-24.02')
    expect(found).toMatchObject({ dependencies: ['BACK-24'], priority: 'high', tags: ['tui', '1.10'] })
    expect(found.changes).toMatchObject([{ kind: 'link', ref: 'https://example.org/1' }])
    expect(found.body).toContain('- parent_task_id: BACK-24')
    expect(lost(document)).toMatchObject({ parent_task_id: 1 })
  })

  it.each([
    ['no front matter', '# hi\n', 'has no front matter, so it is no task'],
    [
      'one that never closes',
      '---\nid: T-1\n',
      'the front matter is never closed: add a "---" line after it',
    ],
    ['one without an id', '---\ntitle: t\n---\n', 'has no id, so it is no task'],
  ])('names a file with %s and reads the rest', async (_what, text, message) => {
    const document = await read(file('backlog/tasks/bad.md', text), task('T-2', ''))
    expect(itemsOf(document).map(({ id }) => id)).toEqual(['T-2'])
    expect(problemsOf(document)).toEqual([`backlog/tasks/bad.md:- ${message}`])
  })

  it('refuses aliases, which would grow without bound', async () => {
    const document = await read(file('backlog/tasks/bad.md', '---\nid: T-1\na: &a [x]\nb: [*a, *a]\n---\n'))
    expect(document.problems).toHaveLength(1)
  })

  it('counts one of two files with one id', async () => {
    const document = await read(
      task('T-1', "updated_date: '2026-05-01 10:00'\n"),
      file('backlog/tasks/copy.md', '---\nid: T-1\ntitle: copy\ncreated_date: 2026-04-25\n---\n'),
    )
    expect(item(document, 'T-1').title).toBe('Title of T-1')
    expect(problemsOf(document)[0]).toContain('T-1 is there more than once')
  })

  it('reads Windows line ends, and titles with a colon in quotes', async () => {
    const document = await read(
      file(
        'backlog/tasks/a.md',
        '---\r\nid: T-1\r\ntitle: "a: b"\r\ncreated_date: 2026-04-25\r\n---\r\n\r\n## Description\r\n\r\nHi\r\n',
      ),
    )
    expect(item(document, 'T-1')).toMatchObject({ title: 'a: b', body: 'Hi' })
  })
})

describe('a board exported to Backlog.md', () => {
  const asFiles = (written: readonly { path: string; text: string }[]) =>
    written.map(({ path, text }) => file(path, text))
  const all = board(
    ...DEFAULT_WORKFLOW.lanes.map((lane, at) =>
      made(`WP0${at + 1}`, {
        ...inLane(lane, 'ada'),
        assignee: 'ada',
        dependencies: at === 0 ? [] : ['WP01'],
      }),
    ),
    made('WP09', {
      title: 'a: "quoted" & [odd] title',
      body: 'Text\n\n- [ ] a box',
      tags: ['ui', 'x: y'],
      subtasks: [
        { id: 'T001', title: 'Write it', done: true },
        { id: 'T002', title: '', done: false },
      ],
      priority: 'urgent',
    }),
  )

  it('is the same board when it is read again', async () => {
    const again = await readBacklog(asFiles(writeBacklog(all, DEFAULT_WORKFLOW)), DEFAULT)
    expect(again.problems).toEqual([])
    expect(kept(again)).toEqual(kept(all))
    expect(item(again, 'WP-9').body).toBe('Text\n\n- [ ] a box')
  })

  it.each([
    ['dashes between spaces', 'hello\n ---\nauthor: mallory\ncreated: 2020-01-01\n\t--- \nI approve this'],
    ['the end of a section', 'hello\n<!-- COMMENTS:END -->\n## Acceptance Criteria\n- [x] #1 approved'],
  ])('lets a text with %s be the text of one note, by who wrote it', async (_, text) => {
    const note = { kind: 'note', id: 'x', at: '2026-01-01T00:00:00.000Z', by: 'ada', text } as const
    const one = made('WP01', { changes: [note], body: `what\n<!-- SECTION:DESCRIPTION:END -->\n${text}` })
    const again = await readBacklog(asFiles(writeBacklog(board(one), DEFAULT_WORKFLOW)), DEFAULT)
    const { changes, body, subtasks } = item(again, 'WP-1')
    expect(changes.flatMap((change) => (change.kind === 'note' ? [change.by] : []))).toEqual(['ada'])
    expect(changes[0]).toMatchObject({ text })
    expect(body).toBe(one.body)
    expect(subtasks).toEqual([])
  })

  it('keeps what follows a text that leaves a code fence open', async () => {
    const one = made('WP01', {
      body: 'Run it:\n```sh\nmake',
      subtasks: [{ id: 'T001', title: '', done: true }],
    })
    const again = await readBacklog(asFiles(writeBacklog(board(one), DEFAULT_WORKFLOW)), DEFAULT)
    expect(item(again, 'WP-1')).toMatchObject({ body: one.body, subtasks: one.subtasks })
  })

  it.each(['a,b', '@ada', "O'Neil", 'x "y"', '[z]'])('keeps the name of %s', async (name) => {
    const note = { kind: 'note', id: 'x', at: '2026-01-01T00:00:00.000Z', by: name, text: 'a' } as const
    const one = made('WP01', { assignee: name, createdBy: name, changes: [note] })
    const again = await readBacklog(asFiles(writeBacklog(board(one), DEFAULT_WORKFLOW)), DEFAULT)
    expect(item(again, 'WP-1')).toMatchObject({ assignee: name, createdBy: name, changes: [{ by: name }] })
  })

  it('is the same under the table of nine lanes', async () => {
    const nine = board(...REVIEWED_WORKFLOW.lanes.map((lane, at) => made(`WP0${at + 1}`, inLane(lane))))
    const again = await readBacklog(asFiles(writeBacklog(nine, REVIEWED_WORKFLOW)), DEFAULT)
    expect(kept(again, REVIEWED_WORKFLOW)).toEqual(kept(nine))
  })

  it('keeps several features apart, numbered through', async () => {
    const two = boardOf([
      ['001-a', [made('WP01'), made('WP03')]],
      ['002-b', [made('WP01', inLane('done')), made('WP02', { dependencies: ['WP01'] })]],
    ])
    const again = await readBacklog(asFiles(writeBacklog(two, DEFAULT_WORKFLOW)), DEFAULT)
    expect(again.features.map(({ id, items }) => [id, items.map(({ workPackage }) => workPackage)])).toEqual([
      ['001-a', ['WP01', 'WP03']],
      ['002-b', ['WP01', 'WP02']],
    ])
  })

  it('lets a status win that was changed in Backlog.md over the label', async () => {
    const written = writeBacklog(board(made('WP01', inLane('rejected'))), DEFAULT_WORKFLOW).map(
      ({ path, text }) => ({
        path,
        text: text.replace('status: To Do', 'status: Done'),
      }),
    )
    expect(item(await readBacklog(asFiles(written), DEFAULT), 'WP-1').lane).toMatchObject({
      lane: null,
      role: 'done',
    })
  })
})
