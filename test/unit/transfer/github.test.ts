import { describe, expect, it } from 'vitest'
import { DEFAULT_WORKFLOW } from '../../../src/core/events-lib.js'
import { readGithub } from '../../../src/core/transfer/github/read-github.js'
import { writeGithubScript } from '../../../src/core/transfer/github/write-script.js'
import type { TransferDocument, TransferItem } from '../../../src/core/transfer/document.js'
import { runGh } from '../../support/gh.js'
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

const REPO = 'https://api.github.com/repos/cfrg/hpke'
const issue = (number: number, rest: object = {}) => ({
  url: `${REPO}/issues/${number}`,
  repository_url: REPO,
  html_url: `https://github.com/cfrg/hpke/issues/${number}`,
  id: 513370502 + number,
  number,
  title: `Issue ${number}`,
  user: { login: 'blipp' },
  labels: [],
  state: 'open',
  assignees: [],
  comments: 0,
  created_at: '2019-10-28T15:16:05Z',
  updated_at: '2019-10-29T15:16:05Z',
  closed_at: null,
  body: null,
  ...rest,
})
const text = (raw: string) => readGithub([file('issues.json', raw)], DEFAULT)
const read = (...issues: object[]) => text(JSON.stringify(issues))

describe('issues as GitHub gives them', () => {
  it('are named by owner and repository', () => {
    expect(read(issue(10)).source).toBe('cfrg/hpke')
    expect(read(issue(10)).features[0]!.name).toBe('hpke')
  })

  it('come without pull requests, which are counted', () => {
    const document = read(issue(10), issue(11, { pull_request: { url: 'x' } }))
    expect(itemsOf(document).map(({ id }) => id)).toEqual(['10'])
    expect(lost(document)).toMatchObject({ 'pull request': 1 })
  })

  it.each([
    [{ state: 'open' }, 'open', 'initial'],
    [{ state: 'open', state_reason: 'reopened' }, 'open', 'initial'],
    [{ state: 'closed' }, 'closed', 'done'],
    [{ state: 'closed', state_reason: 'completed' }, 'closed', 'done'],
    [{ state: 'closed', state_reason: 'not_planned' }, 'not_planned', 'dropped'],
    [{ state: 'closed', state_reason: 'duplicate' }, 'duplicate', 'dropped'],
  ])('take %j as %s', (rest, status, role) => {
    expect(item(read(issue(1, rest)), '1').lane).toMatchObject({ status, role })
  })

  it('date and sign a close', () => {
    expect(
      item(
        read(issue(1, { state: 'closed', closed_at: '2019-10-30T22:44:25Z', closed_by: { login: 'ada' } })),
        '1',
      ).lane,
    ).toMatchObject({
      at: '2019-10-30T22:44:25.000Z',
      by: 'ada',
    })
  })

  it('read page after page, as gh prints them', () => {
    const page = (n: number) => JSON.stringify([issue(n, { body: 'a ][ b' })])
    const document = text(page(1) + page(2) + '\n' + page(3))
    expect(itemsOf(document).map(({ id }) => id)).toEqual(['1', '2', '3'])
    expect(item(document, '2').body).toBe('a ][ b')
  })

  it('read a list of pages, and one issue per line', () => {
    expect(itemsOf(text(JSON.stringify([[issue(1)], [issue(2)]])))).toHaveLength(2)
    expect(itemsOf(text(`${JSON.stringify(issue(1))}\n${JSON.stringify(issue(2))}\n`))).toHaveLength(2)
  })

  it('are refused when keys were cut away, with the command that gets them whole', () => {
    expect(() => read({ number: 1, title: 't', state: 'OPEN' })).toThrow(
      /lacks created_at, updated_at, html_url/,
    )
  })

  it('are named when the file is half there, with what could be read', () => {
    const raw = JSON.stringify([issue(1), issue(2)])
    expect(problemsOf(text(raw.slice(0, -50)))[0]).toMatch(
      /^issues.json:- is not whole: get it again with gh api/,
    )
    const pages = JSON.stringify([issue(1)]) + JSON.stringify([issue(2)]).slice(0, -50)
    expect(itemsOf(text(pages)).map(({ id }) => id)).toEqual(['1'])
  })

  it('keep labels, milestone, type, further assignees and the parent as tags', () => {
    const rest = {
      labels: [{ name: 'bug' }, 'plain'],
      milestone: { title: 'v1' },
      type: { name: 'Bug' },
      assignees: [{ login: 'ada' }, { login: 'bob' }],
      parent_issue_url: `${REPO}/issues/7`,
    }
    expect(item(read(issue(1, rest)), '1')).toMatchObject({
      tags: ['bug', 'plain', 'milestone:v1', 'type:Bug', 'parent:7', 'assignee:bob'],
      assignee: 'ada',
    })
  })

  it('depend on what blocks them, where the list was asked for', () => {
    expect(item(read(issue(1), issue(2, { blocked_by: [{ number: 1 }] })), '2').dependencies).toEqual(['1'])
  })

  it('say when blockers and sub-issues are only counted', () => {
    const document = read(
      issue(1, { issue_dependencies_summary: { total_blocked_by: 2 }, sub_issues_summary: { total: 3 } }),
    )
    expect(lost(document)).toMatchObject({
      'blocked_by that is only counted': 1,
      'sub-issues that are only counted': 1,
    })
  })

  it('list sub-issues in the body', () => {
    expect(item(read(issue(1, { body: 'Hi\r\nyou', sub_issues: [{ number: 2 }] })), '1').body).toBe(
      'Hi\nyou\n\n## Sub-issues\n\n- #2',
    )
  })

  it('leave out cycles of blockers, and blockers that are not there', () => {
    const document = read(
      issue(1, { blocked_by: [{ number: 2 }, { number: 9 }] }),
      issue(2, { blocked_by: [{ number: 1 }] }),
    )
    expect(lost(document)).toMatchObject({ 'dependency (unknown)': 1, 'dependency (cycle)': 1 })
  })

  it('give a history where they carry a timeline, in the order of time', () => {
    const timeline = [
      { id: 3, event: 'reopened', actor: { login: 'bob' }, created_at: '2020-01-03T00:00:00Z' },
      {
        id: 1,
        event: 'assigned',
        actor: { login: 'ada' },
        assignee: { login: 'bob' },
        created_at: '2020-01-01T00:00:00Z',
      },
      {
        id: 2,
        event: 'closed',
        actor: { login: 'ada' },
        state_reason: 'not_planned',
        created_at: '2020-01-02T00:00:00Z',
      },
      { id: 4, event: 'commented', user: { login: 'ada' }, body: 'Why?', created_at: '2020-01-04T00:00:00Z' },
      {
        event: 'cross-referenced',
        actor: { login: 'x' },
        source: { issue: { html_url: 'https://github.com/a/b/pull/1', title: 'Fix' } },
        created_at: '2020-01-05T00:00:00Z',
      },
      {
        id: 5,
        event: 'renamed',
        actor: { login: 'ada' },
        rename: { from: 'A', to: 'B' },
        created_at: '2020-01-06T00:00:00Z',
      },
      { id: 6, event: 'subscribed', actor: { login: 'ada' }, created_at: '2020-01-07T00:00:00Z' },
    ]
    const found = item(read(issue(1, { timeline })), '1')
    expect(found.changes.map(({ kind, id }) => [kind, id])).toEqual([
      ['assign', '1'],
      ['move', '2'],
      ['move', '3'],
      ['note', '4'],
      ['link', null],
      ['note', '5'],
      ['link', null],
    ])
    expect(found.changes[1]).toMatchObject({ from: 'open', to: 'not_planned', by: 'ada' })
    expect(found.changes[2]).toMatchObject({ from: 'not_planned', to: 'open' })
    expect(found.assignee).toBeUndefined()
  })

  it('take comments that were put in, once where the timeline has them too', () => {
    const comments = [
      { id: 4, user: { login: 'ada' }, body: 'Why?', created_at: '2020-01-04T00:00:00Z' },
      { id: 5, user: null, body: 'Gone', created_at: '2020-01-05T00:00:00Z' },
    ]
    const timeline = [
      { id: 4, event: 'commented', user: { login: 'ada' }, body: 'Why?', created_at: '2020-01-04T00:00:00Z' },
    ]
    const notes = item(read(issue(1, { comments, timeline })), '1').changes.filter(
      ({ kind }) => kind === 'note',
    )
    expect(notes.map(({ id, by }) => [id, by])).toEqual([
      ['4', 'ada'],
      ['5', null],
    ])
  })

  it('keep ids of a second repository apart', () => {
    const other = {
      repository_url: 'https://api.github.com/repos/a/b',
      html_url: 'https://github.com/a/b/issues/1',
    }
    expect(itemsOf(read(issue(1), issue(1, other))).map(({ id }) => id)).toEqual(['1', 'a/b#1'])
  })

  it('count the newer one of two with one number', () => {
    const document = read(issue(1, { title: 'new', updated_at: '2021-01-01T00:00:00Z' }), issue(1))
    expect(item(document, '1').title).toBe('new')
    expect(document.problems).toHaveLength(1)
  })

  it('read a byte order mark, an empty list and a deleted author', () => {
    expect(itemsOf(text(`\ufeff${JSON.stringify([issue(1, { user: null })])}`))[0]!.createdBy).toBeNull()
    expect(itemsOf(text('[]'))).toEqual([])
  })

  it('name what is no issue', () => {
    expect(problemsOf(text(JSON.stringify([issue(1), 7])))).toEqual([
      'issues.json:- holds something that is no issue',
    ])
  })

  it('take the lane from the label while the issue is in the state it was exported with', () => {
    const labels = [
      { name: 'kitty:lane=rejected' },
      { name: 'kitty:work-package=WP03' },
      { name: 'kitty:subtask-done=T001' },
    ]
    expect(item(read(issue(1, { labels })), '1')).toMatchObject({
      workPackage: 'WP03',
      lane: { lane: 'rejected' },
      subtasks: [{ id: 'T001', done: true }],
      tags: [],
    })
    expect(item(read(issue(1, { labels, state: 'closed' })), '1').lane).toMatchObject({
      lane: null,
      role: 'done',
    })
  })

  it('read 5,000 issues', () => {
    expect(itemsOf(read(...Array.from({ length: 5_000 }, (_, at) => issue(at + 1))))).toHaveLength(5_000)
  })
})

describe('the script of gh calls', () => {
  const scriptOf = (document: TransferDocument): string =>
    writeGithubScript(document, DEFAULT_WORKFLOW)[0]!.text
  const note = (words: string) => ({ kind: 'note' as const, id: null, at: null, by: 'ada', text: words })
  /** The board that comes back from GitHub, with its issues. */
  const again = (document: TransferDocument) => {
    const { status, stderr, issues } = runGh(scriptOf(document))
    expect([status, stderr]).toEqual([0, ''])
    return { issues, document: text(JSON.stringify(issues)) }
  }

  it('hands every value to gh as it is, whatever it holds', () => {
    const nasty = `$(touch pwned) \`touch pwned\` '; touch pwned; ' "$HOME" \\ \n-- --flag`
    const { issues } = again(
      board(
        made('WP01', {
          title: nasty,
          body: nasty,
          tags: ["it's", '$x'],
          dependencies: ['WP02'],
          changes: [note(nasty)],
        }),
        made('WP02', inLane('done')),
        made('WP03', inLane('canceled')),
      ),
    )
    expect(issues[0]).toMatchObject({
      title: `WP01: ${nasty}`,
      body: nasty.replaceAll('\n', '\r\n'),
      comments: [{ body: 'Depends on #2' }, { body: `ada, : ${nasty}` }],
    })
    expect(issues[0]!.labels.map(({ name }) => name)).toEqual(expect.arrayContaining(["it's", '$x']))
    expect(issues.slice(1)).toMatchObject([{ state_reason: 'completed' }, { state_reason: 'not_planned' }])
  })

  it('stops where gh refuses an issue', () => {
    const { status, issues } = runGh(scriptOf(board(made('WP01'), made('WP02'))), 'WP01: Title of WP01')
    expect([status, issues]).toEqual([1, []])
  })

  it('is the same board when its issues are read again', () => {
    const document = boardOf([
      [
        '001-demo',
        [
          made('WP01', {
            title: 'WP01: its own name',
            body: '# Do it\n\n- [ ] T001: in the text\n\n<!-- kitty:export ["a"] -->',
            subtasks: [
              { id: 'T001', title: '', done: false },
              { id: 'T002', title: '', done: true },
            ],
            tags: ['a, b', 'UI', 'ui', 'x'.repeat(60)],
            assignee: 'ada',
            changes: [note('by ada, at: noon'), note('a\nb')],
            ...inLane('doing', 'bob'),
          }),
          made('WP02', { title: 'ü'.repeat(400), dependencies: ['WP01'], priority: '0', ...inLane('done') }),
          made('WP03', { dependencies: ['WP02', 'WP01'], ...inLane('rejected') }),
        ],
      ],
      [
        `002-${'long-'.repeat(12)}name`,
        [
          made('WP01', inLane('canceled')),
          made('WP02', {
            dependencies: ['WP01'],
            subtasks: Array.from({ length: 120 }, (_, at) => ({ id: `T${at}`, title: '', done: at > 60 })),
          }),
        ],
      ],
    ])
    const back = again(document).document
    expect(problemsOf(back)).toEqual([])
    const numbers = new Map(itemsOf(back).map(({ id, workPackage }) => [id, workPackage]))
    const named = {
      ...back,
      features: back.features.map((feature) => ({
        ...feature,
        items: feature.items.map((one) => ({
          ...one,
          dependencies: one.dependencies.map((id) => numbers.get(id) ?? id),
        })),
      })),
    }
    expect(kept(named)).toEqual(kept(document))
    const rest = (one: TransferItem) => [
      one.body,
      one.assignee,
      one.lane?.lane === 'doing' && one.lane.by,
      one.changes.flatMap((change) => (change.kind === 'note' ? [[change.by, change.text]] : [])),
    ]
    expect(itemsOf(back).map(rest)).toEqual(itemsOf(document).map(rest))
    expect(back.features.map(({ title }) => title)).toEqual(document.features.map(({ title }) => title))
  })

  it('has a text of the length that GitHub takes', () => {
    const { issues } = again(board(made('WP01', { body: 'ü'.repeat(70_000), tags: ['a, b'] })))
    expect(issues[0]!.body).toMatch(/^ü+\s+\(Cut by kitty: [^]*<!-- kitty:export \["a, b"\] -->$/)
  })

  it('is nothing that a stranger can have a say in', () => {
    const [one] = again(board(made('WP01'))).issues
    const below = 'Mine\n\n<!-- kitty:export ["kitty:title=x", "kitty:feature=002-other", "mine"] -->'
    const theirs = { ...one, number: 2, title: 'WP01: mine', body: below, labels: [] }
    const comment = { ...one, comments: [{ user: { login: 'eve' }, body: 'ada, : Ship it' }] }
    const document = text(JSON.stringify([comment, theirs]))
    expect(item(document, '2')).toMatchObject({ title: 'WP01: mine', body: below, tags: [] })
    expect(item(document, '1').changes[0]).toMatchObject({ by: 'eve', text: 'ada, : Ship it' })
  })

  it('gives back what a person has changed on GitHub', () => {
    const [one] = again(board(made('WP01', { subtasks: [{ id: 'T001', title: '', done: false }] }))).issues
    const document = text(JSON.stringify([{ ...one, title: 'New title', body: `${one!.body}\n\nMore text` }]))
    expect(item(document, '1')).toMatchObject({ title: 'New title', body: 'More text' })
  })
})
