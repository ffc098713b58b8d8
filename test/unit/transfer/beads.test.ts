import { describe, expect, it } from 'vitest'
import { readBeads } from '../../../src/core/transfer/beads/read-beads.js'
import { writeBeads } from '../../../src/core/transfer/beads/write-beads.js'
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
  OWN_TABLE,
  problemsOf,
} from '../../support/transfer.js'

const TIMES = {
  created_at: '2026-02-04T16:38:05.103037-08:00',
  updated_at: '2026-02-04T17:22:17.42454-08:00',
}

function issue(id: string, rest: object = {}): string {
  return JSON.stringify({
    id,
    title: `Title of ${id}`,
    status: 'open',
    priority: 2,
    issue_type: 'task',
    ...TIMES,
    ...rest,
  })
}

function read(...lines: string[]) {
  return readBeads([file('issues.jsonl', lines.join('\n') + '\n')], DEFAULT)
}

describe('an issues.jsonl', () => {
  it('gives an issue with a dot in its id, its times cut to milliseconds of UTC', () => {
    const found = item(read(issue('skyhook-gld.1')), 'skyhook-gld.1')
    expect(found.createdAt).toBe('2026-02-05T00:38:05.103Z')
    expect(found.updatedAt).toBe('2026-02-05T01:22:17.424Z')
  })

  it.each([
    ['open', 'initial'],
    ['in_progress', 'working'],
    ['hooked', 'working'],
    ['blocked', 'stopped'],
    ['deferred', 'stopped'],
    ['closed', 'done'],
    ['pinned', 'initial'],
  ])('takes status %s as %s', (status, role) => {
    expect(item(read(issue('a-1', { status })), 'a-1').lane).toMatchObject({ status, role })
  })

  it('marks what is blocked or deferred with a tag, since kitty plans it again', () => {
    expect(item(read(issue('a-1', { status: 'deferred' })), 'a-1').tags).toEqual(['deferred'])
  })

  it('dates the close by closed_at and the start by started_at', () => {
    const document = read(
      issue('a-1', { status: 'closed', closed_at: '2026-02-05T09:16:51.327735-08:00' }),
      issue('a-2', { status: 'in_progress', started_at: '2026-02-05T09:00:00Z' }),
    )
    expect(item(document, 'a-1').lane?.at).toBe('2026-02-05T17:16:51.327Z')
    expect(item(document, 'a-2').lane?.at).toBe('2026-02-05T09:00:00.000Z')
  })

  it('takes blocks as a dependency and lists the other types in the body', () => {
    const edge = (to: string, type: string) => ({ issue_id: 'a-2', depends_on_id: to, type })
    const document = read(
      issue('a-1'),
      issue('a-2', {
        dependencies: [edge('a-1', 'blocks'), edge('a-0', 'parent-child'), edge('a-1', 'discovered-from')],
      }),
    )
    expect(item(document, 'a-2').dependencies).toEqual(['a-1'])
    expect(item(document, 'a-2').body).toContain('- parent-child: a-0')
    expect(lost(document)).toMatchObject({
      'dependency type parent-child': 1,
      'dependency type discovered-from': 1,
    })
  })

  it('leaves out an edge that closes a cycle, one to itself and one to an issue that is not there', () => {
    const edges = (...to: string[]) => ({
      dependencies: to.map((id) => ({ depends_on_id: id, type: 'blocks' })),
    })
    const document = read(issue('a-1', edges('a-2')), issue('a-2', edges('a-1', 'a-2', 'a-9')))
    expect(item(document, 'a-1').dependencies).toEqual(['a-2'])
    expect(item(document, 'a-2').dependencies).toEqual([])
    expect(lost(document)).toMatchObject({
      'dependency (cycle)': 1,
      'dependency (itself)': 1,
      'dependency (unknown)': 1,
    })
  })

  it('gives comments by author and time, whatever row number each has', () => {
    const comments = [
      { id: 1, author: 'Brian', text: 'Note\r\nof two lines', created_at: '2026-02-05T01:32:02Z' },
      { id: '019a', author: 'Ada', text: 'Another', created_at: '2026-02-05T02:00:00Z' },
    ]
    expect(item(read(issue('a-1', { comments })), 'a-1').changes).toEqual([
      { kind: 'note', id: null, at: '2026-02-05T01:32:02.000Z', by: 'Brian', text: 'Note\nof two lines' },
      { kind: 'note', id: null, at: '2026-02-05T02:00:00.000Z', by: 'Ada', text: 'Another' },
    ])
  })

  it('skips tombstones and counts them', () => {
    const document = read(issue('a-1'), issue('a-2', { status: 'tombstone' }))
    expect(itemsOf(document)).toHaveLength(1)
    expect(lost(document)).toMatchObject({ 'tombstone (deleted issue)': 1 })
  })

  it('skips lines of other kinds that later versions write', () => {
    const document = read(
      issue('a-1', { _type: 'issue' }),
      JSON.stringify({ _type: 'memory', key: 'k', value: 'v' }),
    )
    expect(itemsOf(document)).toHaveLength(1)
    expect(lost(document)).toMatchObject({ 'line of type memory': 1 })
  })

  it('names damaged lines and reads the rest', () => {
    const document = read('{"id":"a-1","ti', '<<<<<<< HEAD', issue('a-2'), '[1]', '{"title":"no id"}')
    expect(itemsOf(document).map(({ id }) => id)).toEqual(['a-2'])
    expect(problemsOf(document)).toEqual([
      'issues.jsonl:1 not JSON',
      'issues.jsonl:2 is a conflict marker of git; passed over',
      'issues.jsonl:4 is no issue: not a JSON object',
      'issues.jsonl:5 is no issue: it has no id',
    ])
  })

  it('reads half a file to where it was cut', () => {
    const whole = [issue('a-1'), issue('a-2')].join('\n')
    const document = readBeads([file('issues.jsonl', whole.slice(0, -40))], DEFAULT)
    expect(itemsOf(document).map(({ id }) => id)).toEqual(['a-1'])
    expect(document.problems).toHaveLength(1)
  })

  it('counts the newer one of two issues with one id, and names the line', () => {
    const document = read(
      issue('a-1', { title: 'newer', updated_at: '2026-03-01T00:00:00Z' }),
      issue('a-1', { title: 'older', updated_at: '2026-02-01T00:00:00Z' }),
    )
    expect(item(document, 'a-1').title).toBe('newer')
    expect(problemsOf(document)).toEqual([
      'issues.jsonl:2 a-1 is there more than once; the newest one counts',
    ])
  })

  it('accepts a byte order mark, Windows line ends and blank lines', () => {
    const document = readBeads(
      [file('issues.jsonl', `\ufeff${issue('a-1')}\r\n\r\n${issue('a-2')}\r\n`)],
      DEFAULT,
    )
    expect(itemsOf(document)).toHaveLength(2)
    expect(document.problems).toEqual([])
  })

  it('refuses UTF-16 and names bytes that are not UTF-8 by line', () => {
    const utf16 = readBeads([file('issues.jsonl', Buffer.from(`\ufeff${issue('a-1')}`, 'utf16le'))], DEFAULT)
    expect(problemsOf(utf16)).toEqual(['issues.jsonl:- is UTF-16: save it as UTF-8'])
    const latin1 = readBeads(
      [file('issues.jsonl', Buffer.from(`${issue('a-1')}\n{"id":"b-\xe4"}\n`, 'latin1'))],
      DEFAULT,
    )
    expect(problemsOf(latin1)[0]).toBe('issues.jsonl:2 holds bytes that are not UTF-8; they were replaced')
  })

  it('takes away control characters, and keeps letters of every script', () => {
    const document = read(issue('a-1', { title: 'Ä \u001b[31mred\u0007\u202e 👩‍👩‍👧 می‌خواهم' }))
    expect(item(document, 'a-1').title).toBe('Ä [31mred 👩‍👩‍👧 می‌خواهم')
  })

  it('keeps what has no register in the body, under headings of its own', () => {
    const body = item(
      read(
        issue('a-1', {
          description: 'D',
          design: 'E',
          acceptance_criteria: 'F',
          notes: 'G',
          close_reason: 'H',
          estimated_minutes: 480,
        }),
      ),
      'a-1',
    ).body
    expect(body).toBe(
      'D\n\n## Design\n\nE\n\n## Acceptance criteria\n\nF\n\n## Notes\n\nG\n\n## Closed because\n\nH\n\n## Other fields\n\n- estimated_minutes: 480',
    )
  })

  it('keeps labels as tags, the type as a tag, the priority with 0 as its highest', () => {
    const found = item(read(issue('a-1', { labels: ['ui', 'p/x'], issue_type: 'epic', priority: 0 })), 'a-1')
    expect(found.tags).toEqual(['ui', 'p/x', 'type:epic'])
    expect(found.priority).toBe('0')
  })

  it('takes external_ref as a link', () => {
    expect(item(read(issue('a-1', { external_ref: 'gh-9' })), 'a-1').changes).toMatchObject([
      { kind: 'link', ref: 'gh-9' },
    ])
  })

  it('passes over a time that is none, and says so', () => {
    const document = read(issue('a-1', { created_at: 'soon' }))
    expect(item(document, 'a-1').createdAt).toBe('2026-02-05T01:22:17.424Z')
    expect(problemsOf(document)).toEqual(['issues.jsonl:1 created_at of a-1 is no time; read without it'])
  })

  it('survives keys that reach prototypes, and nesting that would overflow', () => {
    const deep = `{"id":"a-9","metadata":${'['.repeat(500)}${']'.repeat(500)}}`
    const document = read(
      '{"id":"a-1","title":"t","__proto__":{"status":"closed"},"constructor":{"x":1}}',
      deep,
    )
    expect(item(document, 'a-1').lane?.status).toBe('open')
    expect(problemsOf(document)).toEqual(['issues.jsonl:2 nested more than 64 levels deep'])
  })

  it('gives an unknown status as open, and says so', () => {
    const document = read(issue('a-1', { status: 'qa' }))
    expect(item(document, 'a-1').lane).toMatchObject({ status: 'qa', role: 'initial' })
    expect(lost(document)).toMatchObject({ 'status qa (as open)': 1 })
  })

  it('is called what its ids begin with, where all begin alike', () => {
    expect(read(issue('skyhook-gld'), issue('skyhook-gld.1')).features[0]?.name).toBe('skyhook')
    expect(read(issue('a-1'), issue('b-1')).features[0]?.name).toBe('beads')
  })

  it('reads 5,000 issues in a chain without a call for each', () => {
    const chain = Array.from({ length: 5_000 }, (_, at) =>
      issue(`a-${at}`, { dependencies: at === 0 ? [] : [{ depends_on_id: `a-${at - 1}`, type: 'blocks' }] }),
    )
    const document = read(...chain.reverse())
    expect(itemsOf(document)).toHaveLength(5_000)
    expect(document.losses).toEqual([])
  })
})

describe('a board exported to beads', () => {
  const all = board(
    ...DEFAULT_WORKFLOW.lanes.map((lane, at) =>
      made(`WP0${at + 1}`, { ...inLane(lane, 'ada'), dependencies: at === 0 ? [] : ['WP01'] }),
    ),
    made('WP09', {
      tags: ['ui', 'a:b'],
      subtasks: [
        { id: 'T001', title: '', done: true },
        { id: 's-0ABCDEFG', title: '', done: false },
      ],
      priority: 'urgent',
    }),
  )

  it('is the same board when it is read again', () => {
    const [written] = writeBeads(all, DEFAULT_WORKFLOW)
    expect(kept(readBeads([file('issues.jsonl', written!.text)], DEFAULT))).toEqual(kept(all))
  })

  it('is the same under the table of nine lanes, read where the default table holds', () => {
    const nine = board(...REVIEWED_WORKFLOW.lanes.map((lane, at) => made(`WP0${at + 1}`, inLane(lane))))
    const [written] = writeBeads(nine, REVIEWED_WORKFLOW)
    const again = readBeads([file('issues.jsonl', written!.text)], DEFAULT)
    expect(again.workflow).toBe('reviewed')
    expect(kept(again, REVIEWED_WORKFLOW)).toEqual(kept(nine))
  })

  it('is the same under a table of its own, where that table is known', () => {
    const own = board(made('WP01', inLane('building')), made('WP02', inLane('shipped')))
    const [written] = writeBeads(own, OWN_TABLE)
    expect(kept(readBeads([file('issues.jsonl', written!.text)], { table: OWN_TABLE }))).toEqual(kept(own))
  })

  it('keeps several features apart, with equal ids in each', () => {
    const two = boardOf([
      ['001-a', [made('WP01'), made('WP02', { dependencies: ['WP01'] })]],
      ['002-b', [made('WP01', inLane('done'))]],
    ])
    const [written] = writeBeads(two, DEFAULT_WORKFLOW)
    expect(kept(readBeads([file('issues.jsonl', written!.text)], DEFAULT))).toEqual(kept(two))
  })

  it('lets a status win that was changed in beads over the label', () => {
    const [written] = writeBeads(board(made('WP01', inLane('rejected'))), DEFAULT_WORKFLOW)
    expect(written!.text).toContain('kitty:lane=rejected')
    const closed = written!.text.replace('"status":"open"', '"status":"closed"')
    expect(item(readBeads([file('issues.jsonl', closed)], DEFAULT), 'WP01').lane).toMatchObject({
      lane: null,
      role: 'done',
    })
  })

  it('lets a priority win that was changed in beads over the label', () => {
    const [written] = writeBeads(board(made('WP01', { priority: 'urgent' })), DEFAULT_WORKFLOW)
    const changed = written!.text.replace('"priority":2', '"priority":0')
    expect(item(readBeads([file('issues.jsonl', changed)], DEFAULT), 'WP01').priority).toBe('0')
  })
})
