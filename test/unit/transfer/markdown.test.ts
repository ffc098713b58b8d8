import { describe, expect, it } from 'vitest'
import { DEFAULT_WORKFLOW } from '../../../src/core/events-lib.js'
import { readChecklist } from '../../../src/core/transfer/markdown/read-checklist.js'
import { writeBoard } from '../../../src/core/transfer/markdown/write-board.js'
import { writeMermaid } from '../../../src/core/transfer/mermaid/write-mermaid.js'
import { board, file, inLane, itemsOf, lost, made, problemsOf } from '../../support/transfer.js'

const read = (text: string) => readChecklist([file('TODO.md', text)])
const titles = (text: string) => itemsOf(read(text)).map(({ title }) => title)

describe('a checklist', () => {
  it.each([
    ['- [ ] a', ['a']],
    ['* [ ] a\n+ [x] b', ['a', 'b']],
    ['1. [ ] a\n2) [x] b', ['a', 'b']],
    ['- [ ] a\r\n- [ ] b\r\n', ['a', 'b']],
    ['\ufeff- [ ] a\n', ['a']],
    ['- a\n- [ ] b\n', ['b']],
    ['```\n- [ ] code\n```\n- [ ] b', ['b']],
    ['- [ ]  a  b \n', ['a b']],
    ['- [] no box\n- [ ] b', ['b']],
    ['- [ ]no space\n- [ ] b', ['b']],
  ])('%j gives %j', (text, expected) => {
    expect(titles(text)).toEqual(expected)
  })

  it.each([
    [' ', 'initial'],
    ['x', 'done'],
    ['X', 'done'],
    ['/', 'working'],
    ['~', 'working'],
    ['-', 'dropped'],
    ['>', 'stopped'],
  ])('takes [%s] as %s', (box, role) => {
    expect(itemsOf(read(`- [${box}] a`))[0]!.lane?.role).toBe(role)
  })

  it('plans an unknown box, and says so', () => {
    expect(lost(read('- [?] a'))).toMatchObject({ 'box [?] (as [ ])': 1 })
  })

  it('takes entries below an entry as its subtasks', () => {
    const [found] = itemsOf(read('- [ ] a\n  - [x] T001: one\n\t- [ ] write the docs\n'))
    expect(found!.subtasks).toMatchObject([
      { id: 'T001', title: 'one', done: true },
      { title: 'write the docs', done: false },
    ])
  })

  it('takes text below an entry as its body', () => {
    expect(itemsOf(read('- [ ] a\n  more\n  text\n- [ ] b'))[0]!.body).toBe('more\ntext')
  })

  it('is named by its first heading, and tags entries with the others', () => {
    const document = read('# Plan\n\n- [ ] a\n\n## Later\n\n- [ ] b\n')
    expect(document.features[0]!.title).toBe('Plan')
    expect(itemsOf(document).map(({ tags }) => tags)).toEqual([[], ['Later']])
  })

  it('knows an entry by its words, so that one put in between changes no other', () => {
    const [, b] = itemsOf(read('- [ ] a\n- [ ] b'))
    expect(itemsOf(read('- [ ] a\n- [ ] new\n- [x] b'))[2]!.id).toBe(b!.id)
  })

  it('takes a package id at the beginning as the package', () => {
    expect(itemsOf(read('- [ ] WP03: do it'))[0]).toMatchObject({
      id: 'WP03',
      workPackage: 'WP03',
      title: 'do it',
    })
  })

  it('counts the first of two entries that say the same', () => {
    const document = read('- [ ] a\n- [x] a')
    expect(itemsOf(document)).toHaveLength(1)
    expect(problemsOf(document)).toEqual([
      'TODO.md:2 says the same as an entry above: "a"; the first one counts',
    ])
  })

  it('says when there is nothing to import', () => {
    expect(problemsOf(read('# Notes\n'))).toEqual([
      'TODO.md:- has no entry with a box: write "- [ ] what is to be done"',
    ])
  })

  it('reads 5,000 entries', () => {
    expect(titles(Array.from({ length: 5_000 }, (_, at) => `- [ ] entry ${at}`).join('\n'))).toHaveLength(
      5_000,
    )
  })
})

describe('a board as Markdown', () => {
  const nasty = made('WP01', {
    ...inLane('doing', 'ada'),
    title: '<script>*x*</script> @team [l](u) `c` | #1',
    subtasks: [{ id: 'T001', title: '', done: true }],
  })

  it('shows lanes, who works and what is done', () => {
    const text = writeBoard(
      board(
        nasty,
        made('WP02', { ...inLane('done'), dependencies: ['WP01'] }),
        made('WP03', inLane('canceled')),
      ),
      DEFAULT_WORKFLOW,
    )[0]!.text
    expect(text).toContain('1 of 2 done.')
    expect(text).toContain('### doing\n\n- [ ] WP01: ')
    expect(text).toContain('(ada; 1 of 1 subtasks)')
    expect(text).toContain('- [x] WP02: Title of WP02 (after WP01)')
  })

  it('shows a lane that the workflow lacks after its own, as text', () => {
    const text = writeBoard(
      board(made('WP01', inLane('doing')), made('WP02', inLane('qa *<b>'))),
      DEFAULT_WORKFLOW,
    )[0]!.text
    expect(text).toContain('0 of 2 done.')
    expect(text.indexOf('### qa \\*&lt;b>\n\n- [ ] WP02: ')).toBeGreaterThan(text.indexOf('### doing'))
  })

  it('lets a title be no markup, no HTML and no mention', () => {
    const text = writeBoard(board(nasty), DEFAULT_WORKFLOW)[0]!.text
    expect(text).toContain('&lt;script>\\*x\\*&lt;/script> @&#8203;team \\[l\\](u) \\`c\\` \\| \\#1')
  })

  it('draws dependencies, with titles that Mermaid cannot read as its own', () => {
    const text = writeMermaid(
      board(
        made('WP01', { title: 'a"] --> x["<b>' }),
        made('WP02', { ...inLane('done'), dependencies: ['WP01', 'WP99'] }),
      ),
      DEFAULT_WORKFLOW,
    )[0]!.text
    expect(text).toContain('f1_1["WP01 a#34;] --#62; x[#34;#60;b#62;"]')
    expect(text).toContain('f1_1 --> f1_2')
    expect(text).toContain('f1_2["WP02 Title of WP02"]:::done')
    expect(text).not.toContain('WP99')
  })
})
