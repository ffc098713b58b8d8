import { existsSync, readdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { EventStore } from '../../../src/core/store/event-store.js'
import { bring } from '../../support/bring.js'
import { rejectionOf } from '../../support/kitty-error.js'
import { FEATURE, Project } from '../../support/project.js'
import { inProcess } from '../../support/session.js'
import { TempRepository } from '../../support/temp-repository.js'
import { tempFolder } from '../../support/temp-folder.js'

const FILE = `kitty-specs/${FEATURE}/tasks/WP01-part.md`
const PACKAGE = '---\nwork_package_id: WP01\ntitle: One\nlane: doing\n---\n'
const TABLE = 'title\nOne\n'

const countOf = (project: Project): Promise<number> =>
  project.use(async (services) => (await (await services.get(EventStore)).wholeLog()).length)

/** A repository with a mission, below a folder of it if one is named, and a linked worktree at `side`. */
function withWorktree(folder = '.'): Project {
  const project = new Project()
  project.write(`${folder}/${FILE}`, PACKAGE)
  project.commitAll('a mission')
  project.git('worktree', 'add', '--quiet', 'side')
  return project
}

describe('kitty-specs of a linked worktree', () => {
  it.each([
    ['.', 'side'],
    ['side', '.'],
    [`side/kitty-specs/${FEATURE}`, 'side'],
  ])('is adopted in place: kitty import spec-kitty %s', async (path, folder) => {
    const project = withWorktree()
    const place = folder === '.' ? 'side' : path === '.' ? '.' : path.replace('side/', '')
    const report = await project.use((services) => bring(services, 'spec-kitty', place), [], folder)
    expect(report).toMatchObject({ in_place: true, files: 0, features: [{ feature: FEATURE }] })
    expect(readdirSync(project.path('kitty-specs'))).toEqual([FEATURE])
    expect(project.git('status', '--porcelain', '--', 'kitty-specs')).toBe('')
  })

  it('is adopted in place where KITTY_ROOT names a folder of the repository', async () => {
    const project = withWorktree('apps')
    const root = project.path('apps')
    project.write('apps/.kittify/events/.keep', '')
    const kitty = await inProcess({ cwd: project.path('side', 'apps'), env: { KITTY_ROOT: root } })
    try {
      const report = await bring({ resolve: kitty.service }, 'spec-kitty', '.')
      expect(report).toMatchObject({ in_place: true, files: 0 })
    } finally {
      await kitty.store.close()
    }
  })

  it('of another repository is copied', async () => {
    const other = withWorktree()
    const project = new Project()
    const report = await project.use((services) => bring(services, 'spec-kitty', other.path('side')))
    expect(report).toMatchObject({ in_place: false, files: 1 })
  })
})

describe('a mission whose folder has a name that no feature can have', () => {
  const MISSION = 'kitty-specs/my-mission/tasks/WP01-part.md'
  const adopt = (project: Project) => project.use((services) => bring(services, 'spec-kitty', '.'))

  it('is named, and the others are adopted', async () => {
    const project = new Project()
    project.write(MISSION, PACKAGE)
    project.write(FILE, PACKAGE)
    const report = await adopt(project)
    expect(report.features.map(({ feature }) => feature)).toEqual([FEATURE])
    expect(report.problems).toMatchObject([{ file: 'my-mission' }])
    const slugs = await project.use(async (services) => (await services.get(EventStore)).featureSlugs())
    expect(slugs).toEqual([FEATURE])
  })

  it('sets nothing up on its own', async () => {
    const project = new Project()
    project.write(MISSION, PACKAGE)
    expect(await rejectionOf(adopt(project))).toMatchObject({
      kind: 'UsageError',
      message: expect.stringContaining('my-mission is no name of a feature') as string,
    })
    expect(await countOf(project)).toBe(0)
    expect(existsSync(project.path('.kittify/config.json'))).toBe(false)
  })

  it('gets a number of its own where it is copied from another repository', async () => {
    const other = new TempRepository()
    other.write(MISSION, PACKAGE)
    const report = await new Project().use((services) => bring(services, 'spec-kitty', other.root))
    expect(report).toMatchObject({ problems: [], features: [{ feature: '001-my-mission' }] })
  })
})

describe('a link or a file where an import would make a folder', () => {
  const IN_THE_WAY: readonly (readonly [what: string, put: (project: Project) => void])[] = [
    ['a file, as the feature', (project) => project.write(`kitty-specs/${FEATURE}`, '')],
    ['a file, as its tasks', (project) => project.write(`kitty-specs/${FEATURE}/tasks`, '')],
    [
      'a link, as its tasks',
      (project) => {
        project.write(`kitty-specs/${FEATURE}/spec.md`, '')
        symlinkSync(tempFolder(), project.path('kitty-specs', FEATURE, 'tasks'))
      },
    ],
  ]

  it.each(IN_THE_WAY)('ends the import before its events: it is %s', async (_, put) => {
    const project = new Project()
    put(project)
    project.write('tasks.csv', TABLE)
    for (const dryRun of [true, false]) {
      const refusal = await rejectionOf(
        project.use((services) => bring(services, 'csv', 'tasks.csv', { feature: FEATURE, dryRun })),
      )
      expect(refusal.message).toContain(FEATURE)
      expect(['UnsafeSetup', 'DamagedData']).toContain(refusal.kind)
    }
    expect(await countOf(project)).toBe(0)
  })
})

describe('the name of the source', () => {
  it('is that of the folder for several files, also for the top one', async () => {
    const project = new Project()
    project.write('a.csv', TABLE)
    project.write('b.csv', 'title\nTwo\n')
    const report = await project.use((services) => bring(services, 'csv', '.'))
    expect(report.features).toMatchObject([{ source: '.', created: ['WP01', 'WP02'] }])
    expect(await project.use((services) => bring(services, 'csv', '.'))).toMatchObject({ events: 0 })
  })

  it('is not guessed where meta.json, which has it, cannot be read', async () => {
    const project = new Project()
    project.write('tasks.csv', TABLE)
    const again = (more: object = {}) =>
      project.use((services) => bring(services, 'csv', 'tasks.csv', { feature: FEATURE, ...more }))
    await again({ source: 'shop' })
    const before = await countOf(project)
    project.git('add', '--all')
    const meta = project.path('kitty-specs', FEATURE, 'meta.json')
    project.git('mv', meta, join('kitty-specs', FEATURE, 'aside.json'))
    symlinkSync('aside.json', meta)
    expect(await rejectionOf(again())).toMatchObject({
      kind: 'DamagedData',
      message: expect.stringContaining('The source of an earlier import is not known') as string,
    })
    expect(await countOf(project)).toBe(before)
    expect(await again({ source: 'shop' })).toMatchObject({ events: 0 })
  })
})
