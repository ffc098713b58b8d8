import { describe, expect, it } from 'vitest'
import { readWorkPackage } from '../../../src/core/specs/work-package-file.js'
import { readBacklog } from '../../../src/core/transfer/backlog/read-backlog.js'
import { readBeads } from '../../../src/core/transfer/beads/read-beads.js'
import { readCsv } from '../../../src/core/transfer/csv/read-csv.js'
import type { TransferDocument } from '../../../src/core/transfer/document.js'
import { readGithub } from '../../../src/core/transfer/github/read-github.js'
import { readChecklist } from '../../../src/core/transfer/markdown/read-checklist.js'
import { packageFileText } from '../../../src/core/transfer/package-file.js'
import { definitionOf } from '../../../src/core/transfer/plan-package.js'
import { readTaskMaster } from '../../../src/core/transfer/task-master/read-task-master.js'
import { DEFAULT, file, itemsOf, lost } from '../../support/transfer.js'

const MADE = /^s-[0-9A-HJKMNP-TV-Z]{8}$/
const labeled = (labels: readonly string[]): string => JSON.stringify({ id: 'x-1', title: 'a', labels })
const backlog = (list: string): Promise<TransferDocument> =>
  readBacklog(
    [
      file(
        'backlog/tasks/task-1 - a.md',
        `---\nid: TASK-1\ntitle: a\nstatus: To Do\n---\n\n## Acceptance Criteria\n${list}`,
      ),
    ],
    DEFAULT,
  )
const csv = (subtasks: string): TransferDocument =>
  readCsv([file('a.csv', `title,subtasks\na,${subtasks}\n`)], DEFAULT)
const beads = (...labels: string[]): TransferDocument =>
  readBeads([file('issues.jsonl', labeled(labels))], DEFAULT)
const github = (...labels: string[]): TransferDocument =>
  readGithub(
    [
      file(
        'issues.json',
        JSON.stringify([
          {
            number: 1,
            title: 'a',
            state: 'open',
            created_at: '2026-01-01T00:00:00Z',
            updated_at: '2026-01-01T00:00:00Z',
            html_url: 'https://github.com/a/b/issues/1',
            labels: labels.map((name) => ({ name })),
          },
        ]),
      ),
    ],
    DEFAULT,
  )
const taskMaster = (...ids: string[]): TransferDocument =>
  readTaskMaster(
    [
      file(
        'tasks.json',
        JSON.stringify({
          master: { tasks: [{ id: 1, title: 'a', subtasks: ids.map((id) => ({ id, title: id })) }] },
        }),
      ),
    ],
    DEFAULT,
  )

/** Each with what it reads, and which of its subtasks keep an ID that is written there. */
const LISTS: readonly (readonly [
  of: string,
  read: () => Promise<TransferDocument> | TransferDocument,
  ids: readonly (string | RegExp)[],
])[] = [
  [
    'Backlog.md with two that begin with one word',
    () => backlog('- [ ] #1 OAuth2 login works\n- [x] #2 OAuth2 logout works\n'),
    ['OAuth2', MADE],
  ],
  [
    'Markdown with two that begin with one word',
    () => readChecklist([file('TODO.md', '- [ ] a\n  - [ ] OAuth2 a\n  - [x] OAuth2 b\n')]),
    ['OAuth2', MADE],
  ],
  ['csv with two that begin with one word', () => csv('OAuth2 a; OAuth2 b [x]'), ['OAuth2', MADE]],
  ['csv with a range', () => csv('T001-T005; T006'), [MADE, 'T006']],
  ['csv with a word that means no subtasks', () => csv('"[""none""]"'), [MADE]],
  ['csv with an ID that kitty made', () => csv('s-ABCDEFGH: Write it'), ['s-ABCDEFGH']],
  ['beads with a range', () => beads('kitty:subtask=T001-T005'), [MADE]],
  ['beads with a sentence', () => beads('kitty:subtask=T001 Write it', 'kitty:subtask=5'), ['T001', MADE]],
  ['GitHub with a range', () => github('kitty:subtask-done=T001 to T005'), [MADE]],
  ['task-master with a range and a word', () => taskMaster('T001-T005', 'a b', '1'), [MADE, MADE, 'T001']],
]

describe('a list of subtasks', () => {
  it.each(LISTS)('of %s gives each an ID that its file can hold', async (_, read, ids) => {
    const [item] = itemsOf(await read())
    expect(item!.subtasks.map(({ id }) => id)).toEqual(
      ids.map((id): unknown => (typeof id === 'string' ? id : expect.stringMatching(id))),
    )
    const definition = definitionOf(
      item!,
      () => undefined,
      () => undefined,
    )
    const text = packageFileText({
      workPackage: 'WP01',
      definition,
      format: 'csv',
      itemId: '1',
      item: item!,
    })
    const again = await readWorkPackage('WP01-a.md', Buffer.from(text))
    expect(again.ok && again.workPackage.subtasks).toEqual(definition.subtasks)
  })

  it('keeps the words and the tick of each', async () => {
    const [item] = itemsOf(await backlog('- [ ] #1 OAuth2 login works\n- [x] #2 OAuth2 logout works\n'))
    expect(item!.subtasks).toMatchObject([
      { title: 'login works', done: false },
      { title: 'OAuth2 logout works', done: true },
    ])
  })

  it('takes two with the same words for one, and counts the second as lost', () => {
    for (const document of [
      csv('same; same'),
      readChecklist([file('TODO.md', '- [ ] a\n  - [ ] do it well\n  - [x] do  it well\n')]),
      beads('kitty:subtask=T001', 'kitty:subtask-done=T001'),
    ]) {
      expect(itemsOf(document)[0]!.subtasks).toHaveLength(1)
      expect(lost(document)).toMatchObject({ 'subtask (says the same as another one)': 1 })
    }
  })
})
