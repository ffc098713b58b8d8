import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { beforeEach, describe, expect, it } from 'vitest'
import { NewPackage } from '../../../src/core/services/packages/new-package.js'
import { RenumberPackage } from '../../../src/core/services/renumber/renumber-package.js'
import { SetupSpec } from '../../../src/core/services/features/setup-spec.js'
import { EventStore } from '../../../src/core/store/event-store.js'
import { numberPackages } from '../../../src/core/transfer/package-numbers.js'
import type { ImportTarget } from '../../../src/core/transfer/import-request.js'
import { by, FEATURE, Project } from '../../support/project.js'

const TASKS = `kitty-specs/${FEATURE}/tasks`
const LAST = `${TASKS}/WP999999999-x.md`

let project: Project

const make = (subtasks: readonly string[] = []) =>
  project.use(async (services) =>
    (await services.get(NewPackage)).create({
      feature: FEATURE,
      title: 'Four',
      after: [],
      subtasks,
      provenance: by('ada'),
    }),
  )
const setUp = (slug: string) =>
  project.use(async (services) => (await services.get(SetupSpec)).setUp({ slug, provenance: by('ada') }))
const isUsageError = (text: string) => ({
  kind: 'UsageError',
  message: expect.stringContaining(text) as unknown,
})

/** Every file, and how many events there are. */
async function all() {
  const events = await project.use(async (services) => (await services.get(EventStore)).read())
  const files = readdirSync(project.path('kitty-specs'), { recursive: true, encoding: 'utf8' })
  return [events.length, ...files.sort()]
}

describe('a number of ten digits', () => {
  beforeEach(async () => {
    project = await new Project().withPackages({ WP01: { subtasks: ['T001'] }, WP02: {} })
  })

  it('is given to no package: the file with the last number is named, and nothing is written', async () => {
    project.write(LAST, '---\ntitle: Last\n---\n')
    const before = await all()
    await expect(make()).rejects.toMatchObject(isUsageError(LAST))
    await expect(make()).rejects.toMatchObject(isUsageError(LAST))
    expect(await all()).toEqual(before)
    rmSync(project.path(LAST))
    expect((await make()).work_package).toBe('WP03')
  })

  it('is given to no package that gets another number', async () => {
    project.write(LAST, '---\ntitle: Last\n---\n')
    project.write(`${TASKS}/WP01-other.md`, '---\ntitle: Other\n---\n')
    const before = await all()
    const renumbered = project.use(async (services) =>
      (await services.get(RenumberPackage)).renumber({
        feature: FEATURE,
        workPackage: 'WP01',
        file: 'WP01-other.md',
        provenance: by('ada'),
      }),
    )
    await expect(renumbered).rejects.toMatchObject(isUsageError(LAST))
    expect(await all()).toEqual(before)
  })

  it('is given to no subtask: the last one and its file are named', async () => {
    const file = `${TASKS}/WP02-part.md`
    project.write(file, '---\nwork_package_id: WP02\ntitle: Part\nsubtasks: [T999999999]\n---\n')
    const before = await all()
    await expect(make(['Write'])).rejects.toMatchObject(isUsageError('T999999999'))
    await expect(make(['Write'])).rejects.toMatchObject(isUsageError('WP02-part.md'))
    expect(await all()).toEqual(before)
    expect((await make(['T002: Write'])).work_package).toBe('WP03')
  })

  it('is given to no feature: the folder with the last number is named, and a free number offered', async () => {
    mkdirSync(project.path('kitty-specs/999999999-x'))
    const before = await all()
    await expect(setUp('foo-bar')).rejects.toMatchObject({
      ...isUsageError('kitty-specs/999999999-x'),
      nextSteps: expect.arrayContaining([
        expect.objectContaining({ text: expect.stringContaining('setup-spec 002-foo-bar') as unknown }),
      ]) as unknown,
    })
    expect(await all()).toEqual(before)
    expect((await setUp('002-foo-bar')).feature).toBe('002-foo-bar')
  })

  it('is given to no imported package', () => {
    const target = {
      feature: { items: [{ id: 'a', workPackage: null, createdAt: null }] },
      log: { packages: new Set(['WP999999999']) },
      filePackages: [],
    }
    // Cast: what numbering reads of a target.
    const numbered = (): unknown => numberPackages(target as unknown as ImportTarget, new Map(), false)
    expect(numbered).toThrow('WP999999999')
  })
})
