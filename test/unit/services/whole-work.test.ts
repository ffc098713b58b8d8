import { describe, expect, it } from 'vitest'
import { ListWork } from '../../../src/core/services/board/list-work.js'
import { MarkSubtasks } from '../../../src/core/services/packages/mark-subtasks.js'
import { MoveTask } from '../../../src/core/services/moves/move-task.js'
import { NoteTask } from '../../../src/core/services/packages/note-task.js'
import { SearchWork } from '../../../src/core/services/board/search-work.js'
import { WholeWork } from '../../../src/core/services/board/whole-work.js'
import { SyncFiles } from '../../../src/core/services/features/sync-files.js'
import { acceptanceCriteria } from '../../../src/core/specs/acceptance-criteria.js'
import { by, FEATURE, Project } from '../../support/project.js'

async function project(): Promise<Project> {
  return new Project().withPackages({
    WP01: { subtasks: ['T001', 'T002'] },
    WP02: { dependencies: ['WP01'] },
    WP03: {},
    WP04: {},
  })
}

const show = (there: Project, workPackage: string, actor = 'ada') =>
  there.use(async (services) => (await services.get(WholeWork)).show(FEATURE, workPackage, actor))
const move = (there: Project, workPackage: string, to: string) =>
  there.use(async (services) =>
    (await services.get(MoveTask)).move({
      feature: FEATURE,
      workPackage,
      to,
      force: false,
      reason: 'a reason',
      provenance: by('ada'),
    }),
  )

describe('the whole work of a package', () => {
  it('has the text of its file, its subtasks as the file words them, and who needs it', async () => {
    const there = await project()
    const whole = await show(there, 'WP01')
    expect(whole).toMatchObject({
      body: expect.stringContaining('# Part'),
      subtasks_list: [
        { id: 'T001', text: 'Do it', done: false },
        { id: 'T002', text: 'Do it', done: false },
      ],
      dependents: ['WP02'],
      priority: 2,
      branch: null,
      worktree: null,
      edited_here: null,
    })
    expect(whole.body).not.toContain('work_package_id')
  })

  it('says what comes next, for the one who asks', async () => {
    const there = await project()
    const next = async (id: string, actor?: string) =>
      (await show(there, id, actor)).next.map(({ text }) => text)
    expect(await next('WP01')).toEqual(['kitty claim WP01'])
    expect(await next('WP02')).toEqual(['It waits for WP01.'])
    await move(there, 'WP01', 'doing')
    expect(await next('WP01')).toEqual(['kitty tick WP01 T001 T002'])
    expect(await next('WP01', 'bob')).toEqual(['ada has it.'])
    await move(there, 'WP03', 'doing')
    expect(await next('WP03')).toEqual(['kitty review WP03'])
    await move(there, 'WP03', 'for_review')
    expect(await next('WP03')).toEqual(['kitty done WP03', 'kitty reject WP03 --reason TEXT'])
    await move(there, 'WP03', 'rejected')
    expect(await next('WP03')).toEqual(['kitty claim WP03'])
    await move(there, 'WP03', 'canceled')
    expect(await next('WP03')).toEqual(['kitty reopen WP03'])
  })

  it('names the verdicts of a review, with what they need, to a reviewer who has claimed it', async () => {
    const config = { workflow: 'reviewed' }
    const there = await new Project(config).withPackages({ WP01: { subtasks: ['T001'] } })
    const next = async (actor: string) => (await show(there, 'WP01', actor)).next.map(({ text }) => text)
    const go = (to: string, actor: string) =>
      there.use(async (services) =>
        (await services.get(MoveTask)).move({
          feature: FEATURE,
          workPackage: 'WP01',
          to,
          force: false,
          provenance: by(actor),
        }),
      )
    await go('claimed', 'ada')
    await there.use(async (services) =>
      (await services.get(MarkSubtasks)).mark({
        feature: FEATURE,
        subtasks: ['T001'],
        done: true,
        provenance: by('ada'),
      }),
    )
    expect(await next('ada')).toEqual(['kitty move WP01 in_progress'])
    await go('in_progress', 'ada')
    expect(await next('ada')).toEqual(['kitty review WP01'])
    await go('for_review', 'ada')
    const verdicts = [
      'kitty done WP01 --evidence TEXT',
      'kitty reject WP01 --reason TEXT --review-ref REVIEW',
    ]
    expect(await next('bob')).toEqual(verdicts)
    await go('in_review', 'bob')
    expect(await next('bob')).toEqual(verdicts)
    expect(await next('ada')).toEqual(['bob has it.'])
  })

  it('has the end of a long history and says how long it is', async () => {
    const there = await project()
    for (let at = 0; at < 4; at++) {
      await move(there, 'WP03', 'doing')
      await move(there, 'WP03', 'planned')
    }
    const whole = await show(there, 'WP03')
    expect([whole.history.length, whole.history_total]).toEqual([5, 9])
  })
})

describe('acceptance criteria', () => {
  it('are the items below their heading, up to the next heading of its level', () => {
    const body =
      '# A\n\n- no\n\n## Acceptance criteria\n\n- [x] one\n* two\n### Part\n1. three\n\n## Notes\n- no\n'
    expect(acceptanceCriteria(body)).toEqual([
      { text: 'one', done: true },
      { text: 'two', done: null },
      { text: 'three', done: null },
    ])
    expect(acceptanceCriteria('- [ ] box\n')).toEqual([])
  })
})

describe('the lists across features', () => {
  it('have work, rework, reviews, then what waits, the more urgent first, and leave out what is over', async () => {
    const there = await project()
    await move(there, 'WP01', 'doing')
    const path = `kitty-specs/${FEATURE}/tasks/WP04-part.md`
    there.write(path, there.read(path).replace('title:', 'priority: 0\ntitle:'))
    await there.use(async (services) =>
      (await services.get(SyncFiles)).sync({
        features: [FEATURE],
        check: false,
        lanes: false,
        take: [],
        write: [],
        provenance: by('ada'),
      }),
    )
    const list = (all: boolean) =>
      there.use(async (services) =>
        (await services.get(ListWork)).list({ features: [FEATURE], blocked: false, changed: false, all }),
      )
    expect((await list(false)).map((one) => one.work_package)).toEqual(['WP01', 'WP04', 'WP03', 'WP02'])
    await move(there, 'WP03', 'canceled')
    expect((await list(false)).map((one) => one.work_package)).not.toContain('WP03')
    expect((await list(true)).at(-1)?.work_package).toBe('WP03')
  })

  it('find packages by every word of their title, file and notes', async () => {
    const there = await project()
    await there.use(async (services) =>
      (await services.get(NoteTask)).note({
        feature: FEATURE,
        workPackage: 'WP02',
        text: 'the carrier sends\ntwo events per parcel',
        provenance: by('ada'),
      }),
    )
    const search = (...words: string[]) =>
      there.use(async (services) => (await services.get(SearchWork)).search(words, [FEATURE]))
    expect(await search('PARCEL', 'wp02')).toMatchObject([{ work_package: 'WP02', where: 'title' }])
    expect(await search('two events')).toMatchObject([
      { where: 'note', text: 'two events per parcel', line: null },
    ])
    expect(await search('t002')).toMatchObject([
      { work_package: 'WP01', where: 'file', text: 'subtasks: [T001, T002]' },
    ])
    expect(await search('parcel', 'nothing')).toEqual([])
    expect((await search('part')).map((one) => one.where)).toEqual(['title', 'title', 'title', 'title'])
  })
})
