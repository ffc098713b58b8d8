import { describe, expect, it } from 'vitest'
import { IMPORTERS } from '../../../src/core/transfer/formats.js'
import { readTaskMaster } from '../../../src/core/transfer/task-master/read-task-master.js'
import { DEFAULT, file, item } from '../../support/transfer.js'

const SPACES = ' '.repeat(480_000)
const task = (body: string): string => `---\nid: TASK-1\ntitle: a\nstatus: To Do\n---\n\n${body}`
const tasks = (details: string): string => JSON.stringify({ tasks: [{ id: 1, title: 'a', details }] })
const marks = (time: (n: number) => string, count: number): string =>
  Array.from({ length: count }, (_, n) => `<info added on ${time(n)}>`).join('')

/** Lines that an expression could match in many ways, and does not. */
const LINES: readonly (readonly [what: string, format: string, path: string, text: string])[] = [
  ['a heading', 'markdown', 'TODO.md', `- [ ] a\n# a${SPACES}b`],
  ['a heading with a line separator', 'markdown', 'TODO.md', `- [ ] a\n# a${SPACES}\u2028b`],
  ['a heading of #', 'markdown', 'TODO.md', `- [ ] a\n# ${'#'.repeat(480_000)}b`],
  ['a section', 'backlog', 'backlog/tasks/a.md', task(`## a${SPACES}b`)],
  ['a criterion', 'backlog', 'backlog/tasks/a.md', task(`## Acceptance Criteria\n- [ ] a${SPACES}\u2028b`)],
  [
    'the head of a comment',
    'backlog',
    'backlog/tasks/a.md',
    task(`## Comments\nauthor:${SPACES}a\u2028b\n---\nhi\n---`),
  ],
  ['marks of one time without an end', 'task-master', 'tasks.json', tasks(marks(() => 'a', 240_000))],
  ['marks of many times without an end', 'task-master', 'tasks.json', tasks(marks(String, 240_000))],
]

/** Time by the square of these lengths is longer, and time by the length far shorter. */
const SQUARE_MS = 20_000

describe('a reader takes time by the length of its file, not by the square of it, for', () => {
  it.each(LINES)(
    '%s in %s',
    async (_, format, path, text) => {
      const importer = IMPORTERS.find((one) => one.format === format)!
      const document = await importer.read([file(path, text)], DEFAULT)
      expect(document.features.flatMap(({ items }) => items)).toHaveLength(1)
    },
    SQUARE_MS,
  )
})

describe('notes in the details of a task', () => {
  const read = (details: string): { body: string; notes: unknown[] } => {
    const { body, changes } = item(readTaskMaster([file('tasks.json', tasks(details))], DEFAULT), '1')
    return { body, notes: changes.flatMap((change) => (change.kind === 'note' ? [change.text] : [])) }
  }
  const note = (time: string, text: string): string =>
    `<info added on ${time}>\n${text}\n</info added on ${time}>\n`

  it('end at the next mark of their time, whatever is between', () => {
    expect(read(`one\n${note('t1', `a\n<info added on t2>\nb`)}two\n${note('t1', 'c')}`)).toEqual({
      body: '## Details\n\none\ntwo',
      notes: ['a\n<info added on t2>\nb', 'c'],
    })
  })

  it('stay text without an end, or with one of another time or above', () => {
    const details = '</info added on t1>x<info added on t1>y</info added on t2>'
    expect(read(details)).toEqual({ body: `## Details\n\n${details}`, notes: [] })
  })
})
