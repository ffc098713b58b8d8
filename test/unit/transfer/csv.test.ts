import { describe, expect, it } from 'vitest'
import { readCsv } from '../../../src/core/transfer/csv/read-csv.js'
import { readTable, writeRow } from '../../../src/core/transfer/csv/table.js'
import { writeCsv } from '../../../src/core/transfer/csv/write-csv.js'
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

const read = (text: string) => readCsv([file('tasks.csv', text)], DEFAULT)

describe('a table', () => {
  it.each([
    [
      'a,b\n1,2\n',
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ],
    [
      'a,b\r\n1,2',
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ],
    [
      'a,b\r1,2\r',
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ],
    ['"a, b","c ""d"""\n', [['a, b', 'c "d"']]],
    ['"two\nlines",x\n', [['two\nlines', 'x']]],
    [
      'a;b\n1;2\n',
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ],
    [
      'a\tb\n1\t2\n',
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ],
    [
      'a,b\n\n1,2\n',
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ],
    ['a,,c\n', [['a', '', 'c']]],
    ["'=1+1\n", [['=1+1']]],
    ["'quoted'\n", [["'quoted'"]]],
  ])('reads %j', (text, rows) => {
    expect(readTable(text).rows.map(({ cells }) => cells)).toEqual(rows)
  })

  it('says where a quote began that never ends, and keeps the rows before', () => {
    const table = readTable('a,b\n1,2\n"x,y\n')
    expect(table).toMatchObject({ ok: false, line: 3 })
    expect(table.rows).toHaveLength(2)
  })

  it('counts lines through cells of several', () => {
    expect(readTable('a\n"1\n2"\nb\n').rows.map(({ line }) => line)).toEqual([1, 2, 4])
  })

  it.each([['=HYPERLINK("x")'], ['+1'], ['-1'], ['@x'], ["'=x"], ['a "b"'], [' x '], ['a\nb'], ['']])(
    'writes %j so that it reads the same',
    (text) => {
      expect(readTable(writeRow(['x', text])).rows[0]!.cells[1]).toBe(text)
    },
  )

  it('gives a spreadsheet no formula', () => {
    expect(writeRow(['=cmd()', '-2'])).toBe("'=cmd(),'-2\r\n")
  })
})

describe('a csv of tasks', () => {
  it('knows columns by several names, in any order and in any letters', () => {
    const document = read(
      'Status,Summary,Issue Key,Assigned To,Labels\nIn Progress,Do it,SHOP-1,ada,"ui, web"\n',
    )
    expect(item(document, 'SHOP-1')).toMatchObject({
      title: 'Do it',
      assignee: 'ada',
      tags: ['ui', 'web'],
      lane: { role: 'working' },
    })
  })

  it('takes every column of a heading that comes again: further elements of a list, and other fields', () => {
    const document = read(
      'Summary,Labels,Labels,Comment,Blocks,Comment,Depends on,Depends on,Checklist,Checklist\n' +
        'One,red,blue,first,,second,t-2,t-3,Write it,Read it\n',
    )
    const [one] = itemsOf(document)
    expect(one).toMatchObject({ tags: ['red', 'blue'] })
    expect(one?.subtasks.map(({ title }) => title)).toEqual(['Write it', 'Read it'])
    expect(one?.body).toBe('## Other fields\n\n- Comment: first\n- Comment: second')
  })

  it('keeps the second of two titles or statuses as another field', () => {
    const [one] = itemsOf(read('title,status,title,status\nOne,done,Two,todo\n'))
    expect(one).toMatchObject({ title: 'One', lane: { role: 'done' } })
    expect(one?.body).toBe('## Other fields\n\n- title: Two\n- status: todo')
  })

  it.each([
    ['To Do', 'initial'],
    ['in_progress', 'working'],
    ['For Review', 'review'],
    ['DONE', 'done'],
    ["Won't fix", 'dropped'],
    ['On hold', 'stopped'],
    ['', 'initial'],
  ])('takes status %j as %s', (status, role) => {
    expect(item(read(`id,title,status\n1,t,"${status}"\n`), '1').lane?.role).toBe(role)
  })

  it('takes a lane of the table by its name', () => {
    expect(item(read('id,title,lane\n1,t,rejected\n'), '1').lane).toMatchObject({ lane: 'rejected' })
  })

  it('plans an unknown status, and says so', () => {
    expect(lost(read('id,title,status\n1,t,Zork\n'))).toMatchObject({ 'status Zork (as planned)': 1 })
  })

  it('knows a row without an id by its title, wherever it stands', () => {
    const [one] = itemsOf(read('title\nA\nB\n'))
    expect(itemsOf(read('title\nX\nA\n'))[1]!.id).toBe(one!.id)
  })

  it('keeps other columns in the body', () => {
    const document = read('id,title,Story points\n1,t,5\n')
    expect(item(document, '1').body).toBe('## Other fields\n\n- Story points: 5')
    expect(lost(document)).toMatchObject({ 'column Story points': 1 })
  })

  it('refuses a file without a title column, and an empty one', () => {
    expect(problemsOf(read('foo,bar\n1,2\n'))).toEqual([
      'tasks.csv:1 has no column "title": the first line must hold the headings',
    ])
    expect(read('').problems).toHaveLength(1)
  })

  it('names rows without a title, and ones with too many cells', () => {
    expect(problemsOf(read('id,title\n,\n1,t,x\n'))).toEqual([
      'tasks.csv:2 has no title',
      'tasks.csv:3 has more cells than there are headings',
    ])
  })

  it('reads dependencies and subtasks from one cell', () => {
    const document = read('id,title,depends on,subtasks\n1,a,,\n2,b,1; 9,"T001 [x]; Write the docs"\n')
    expect(item(document, '2').dependencies).toEqual(['1'])
    expect(item(document, '2').subtasks).toMatchObject([
      { id: 'T001', done: true },
      { title: 'Write the docs', done: false },
    ])
    expect(lost(document)).toMatchObject({ 'dependency (unknown)': 1 })
  })

  it('reads times, and names one that is none', () => {
    const document = read('id,title,created\n1,a,2026-01-02 03:04\n2,b,02/01/2026\n')
    expect(item(document, '1').createdAt).toBe('2026-01-02T03:04:00.000Z')
    expect(problemsOf(document)).toEqual(['tasks.csv:3 created is no time; read without it'])
  })

  it('counts the last of two rows with one id', () => {
    const document = read('id,title\n1,a\n1,b\n')
    expect(item(document, '1').title).toBe('b')
    expect(problemsOf(document)).toEqual(['tasks.csv:3 1 is there more than once; the newest one counts'])
  })

  it('reads a byte order mark and semicolons, as spreadsheets in some countries write them', () => {
    expect(item(read('\ufeffid;title\r\n1;a, b\r\n'), '1').title).toBe('a, b')
  })

  it('leaves out cycles', () => {
    expect(lost(read('id,title,depends\n1,a,2\n2,b,1\n'))).toMatchObject({ 'dependency (cycle)': 1 })
  })

  it('reads 5,000 rows', () => {
    expect(
      itemsOf(read(`id,title\n${Array.from({ length: 5_000 }, (_, at) => `${at},t${at}`).join('\n')}\n`)),
    ).toHaveLength(5_000)
  })
})

describe('a board exported as csv', () => {
  const all = board(
    ...DEFAULT_WORKFLOW.lanes.map((lane, at) =>
      made(`WP0${at + 1}`, { ...inLane(lane, 'ada'), dependencies: at === 0 ? [] : ['WP01'] }),
    ),
    made('WP09', {
      title: '=a, "b"',
      body: 'two\nlines',
      tags: ['ui', 'x; y', '[z]'],
      subtasks: [
        { id: 'T001', title: 'Write; it', done: true },
        { id: 'T002', title: '', done: false },
      ],
      priority: '-1',
    }),
  )

  it('is the same board when it is read again', () => {
    const again = read(writeCsv(all, DEFAULT_WORKFLOW)[0]!.text)
    expect(again.problems).toEqual([])
    expect(again.losses).toEqual([])
    expect(kept(again)).toEqual(kept(all))
    expect(item(again, 'WP09')).toMatchObject({
      body: 'two\nlines',
      subtasks: [{ title: 'Write; it' }, { title: '' }],
    })
  })

  it('is the same under other tables, and for several features', () => {
    const nine = boardOf([
      ['001-a', REVIEWED_WORKFLOW.lanes.map((lane, at) => made(`WP0${at + 1}`, inLane(lane)))],
      ['002-b', [made('WP01'), made('WP02', { dependencies: ['WP01'] })]],
    ])
    const again = read(writeCsv(nine, REVIEWED_WORKFLOW)[0]!.text)
    expect(again.workflow).toBe('reviewed')
    expect(kept(again)).toEqual(kept(nine))
    const own = board(made('WP01', inLane('building')), made('WP02', inLane('shipped')))
    expect(kept(readCsv([file('x.csv', writeCsv(own, OWN_TABLE)[0]!.text)], { table: OWN_TABLE }))).toEqual(
      kept(own),
    )
  })

  it('takes a status that was changed in the table', () => {
    const text = writeCsv(board(made('WP01', inLane('rejected'))), DEFAULT_WORKFLOW)[0]!.text.replace(
      ',rejected,',
      ',Done,',
    )
    expect(item(read(text), 'WP01').lane).toMatchObject({ lane: null, role: 'done' })
  })
})
