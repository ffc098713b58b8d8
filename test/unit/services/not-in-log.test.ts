import { beforeEach, describe, expect, it } from 'vitest'
import { Next } from '../../../src/core/services/claims/next.js'
import { NoteTask } from '../../../src/core/services/packages/note-task.js'
import { Status } from '../../../src/core/services/board/status.js'
import { SyncFiles } from '../../../src/core/services/features/sync-files.js'
import { TaskQueries } from '../../../src/core/services/board/task-queries.js'
import { WholeWork, type WholeWorkDocument } from '../../../src/core/services/board/whole-work.js'
import { rejectionOf, stepsOf } from '../../support/kitty-error.js'
import { by, FEATURE, Project } from '../../support/project.js'

const TASKS = `kitty-specs/${FEATURE}/tasks`
let project: Project

/** Files that no command has taken over: one that can be read, one that cannot, two of one ID. */
beforeEach(async () => {
  project = await new Project().withPackages({ WP01: {} })
  project.write(
    `${TASKS}/WP02-b.md`,
    '---\nwork_package_id: WP02\ntitle: Two\npriority: 1\ndependencies: [WP01]\nsubtasks: [T007]\n---\n\n# Two\n\n- [ ] T007 Count\n',
  )
  project.write(`${TASKS}/WP03-c.md`, '---\nwork_package_id: WP03\ntitle: Three: four\n---\n')
  for (const name of ['WP04-d.md', 'WP04-e.md'])
    project.write(`${TASKS}/${name}`, '---\nwork_package_id: WP04\ntitle: Four\n---\n')
})

const shown = (id: string): Promise<WholeWorkDocument> =>
  project.use(async (services) => (await services.get(WholeWork)).show(FEATURE, id, 'ada'))

async function refusal(work: Promise<unknown>): Promise<string> {
  const error = await rejectionOf(work)
  return [`${error.kind}: ${error.message}`, ...stepsOf(error)].join('\n')
}

describe('a package that only has a file', () => {
  it('is on the board with its mark, also when its file cannot be read or there are two', async () => {
    const status = await project.use(async (services) => (await services.get(Status)).board(FEATURE, false))
    const [feature] = status.features
    const planned = feature?.lanes['planned'] ?? []
    expect(planned.map(({ work_package, title, marks }) => [work_package, title, marks[0]?.mark])).toEqual([
      ['WP01', 'Part WP01', undefined],
      ['WP02', 'Two', 'new'],
      ['WP03', 'WP03-c.md', 'unreadable'],
      ['WP04', 'WP04-d.md', 'twice'],
    ])
    expect(feature?.progress.total).toBe(1)
  })

  it('is listed, and not ready', async () => {
    const [listed, ready] = await project.use(async (services) => {
      const queries = await services.get(TaskQueries)
      return [await queries.list({ feature: FEATURE }), await queries.ready([FEATURE])]
    })
    expect(listed?.map(({ work_package }) => work_package)).toEqual(['WP01', 'WP02', 'WP03', 'WP04'])
    expect(ready?.map(({ work_package }) => work_package)).toEqual(['WP01'])
  })

  it('is shown as its file states it', async () => {
    expect(await shown('WP02')).toMatchObject({
      title: 'Two',
      lane: 'planned',
      priority: 1,
      blocked_by: ['WP01'],
      subtasks_list: [{ id: 'T007', text: 'Count', done: false }],
      marks: [{ mark: 'new' }],
      history_total: 0,
    })
  })

  it('is named with its fault when it is asked for and its file cannot be read', async () => {
    const said = await refusal(shown('WP03'))
    expect(said).toMatch(
      /^DamagedData: kitty-specs\/001-demo\/tasks\/WP03-c\.md, line 3: put the title in quotes/,
    )
    expect(said).toContain(`kitty edit ${FEATURE}/WP03`)
  })

  it('is named with its files when it is asked for and there are two', async () => {
    const said = await refusal(shown('WP04'))
    expect(said).toMatch(/^ValidationError: WP04 has 2 files: /)
    expect(said).toContain(`kitty renumber ${FEATURE}/WP04 WP04-e.md`)
  })

  it('is what `next` names when nothing else is free', async () => {
    const { next, why } = await project.use(async (services) => {
      const service = await services.get(Next)
      await service.claim({ features: [FEATURE], provenance: by('ada') })
      return service.list({ features: [FEATURE], provenance: by('bob') })
    })
    expect(next).toEqual([])
    expect(why.map(({ work_package, reason }) => [work_package, reason])).toEqual([
      ['WP01', 'held'],
      ['WP02', 'not_in_log'],
      ['WP03', 'not_in_log'],
      ['WP04', 'not_in_log'],
    ])
    expect(why[1]?.text).toContain(`kitty sync ${FEATURE}`)
  })

  it('leads to the command that takes it over when a note is refused', async () => {
    const noted = project.use(async (services) =>
      (await services.get(NoteTask)).note({
        feature: FEATURE,
        workPackage: 'WP02',
        text: 'x',
        provenance: by('ada'),
      }),
    )
    expect(await refusal(noted)).toContain(`kitty sync ${FEATURE}`)
  })

  it.each(['WP03', 'WP04'])('is not said to have no file when %s is named as a dependency', async (id) => {
    project.write(
      `${TASKS}/WP05-f.md`,
      `---\nwork_package_id: WP05\ntitle: Five\ndependencies: [${id}, WP77]\n---\n`,
    )
    const request = {
      features: [FEATURE],
      check: false,
      lanes: false,
      take: [],
      write: [],
      provenance: by('ada'),
    }
    const synced = project.use(async (services) => (await services.get(SyncFiles)).sync(request))
    const said = await refusal(synced)
    expect(said).toContain('WP05 depends on WP77, which has no file')
    expect(said).not.toContain(`WP05 depends on ${id}`)
  })
})
