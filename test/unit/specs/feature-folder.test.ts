import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join, relative } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { checkTasks } from '../../../src/core/specs/check-tasks.js'
import { readFeature, readTasks } from '../../../src/core/specs/feature-folder.js'
import { isFeature, listFeatures, lookAtFeatures } from '../../../src/core/specs/features.js'
import { sharedSpecsDir } from './shared-specs.js'

const specsDir = sharedSpecsDir()
let dir: string
beforeEach(() => void (dir = mkdtempSync(join(tmpdir(), 'kitty-feature-'))))
afterEach(() => rmSync(dir, { recursive: true }))

describe('the list of features', () => {
  it('holds the numbered folders, by number, and nothing else', () => {
    for (const name of [
      'login-01KW6N8W',
      'search-01kw6n8w',
      '2026-roadmap-01KW6N8W',
      '1000-late',
      '999-z',
      '010-b',
      '010-a',
      '002-x',
      'notes',
      '01-short',
      '003-Upper',
      '.git',
    ])
      mkdirSync(join(dir, name))
    writeFileSync(join(dir, '004-file'), '')
    symlinkSync('/', join(dir, '005-link'))
    expect(listFeatures(dir)).toEqual([
      '002-x',
      '010-a',
      '010-b',
      '999-z',
      '1000-late',
      '2026-roadmap-01KW6N8W',
      'login-01KW6N8W',
      'search-01kw6n8w',
    ])
    expect(listFeatures(join(dir, 'missing'))).toEqual([])
  })
})

describe('folders that are no features', () => {
  it('are named with the reason, hidden ones and files aside', () => {
    const names = ['002-Foo', '4-x', 'shared-packages', '003_bar', 'x-81KW6N8W', 'x-01KW6N8I', 'x-01Kw6N8W']
    for (const name of [...names, '.hidden', '001-a']) mkdirSync(join(dir, name))
    writeFileSync(join(dir, 'notes.md'), '')
    symlinkSync('001-a', join(dir, '005-link'))
    const { features, skipped } = lookAtFeatures(dir)
    expect(features).toEqual(['001-a'])
    const reasons = new Map(skipped.map(({ file, reason }) => [basename(file), reason]))
    expect([...reasons.keys()].sort()).toEqual([...names, '005-link'].sort())
    expect(reasons.get('002-Foo')).toContain('rename it')
    expect(reasons.get('005-link')).toContain('symbolic link')
  })

  it('include both of two names that differ only in case', () => {
    for (const name of ['login-01KW6N8W', 'login-01kw6n8w', 'login-01KW6N8X']) mkdirSync(join(dir, name))
    const { features, skipped } = lookAtFeatures(dir)
    expect(features).toEqual(['login-01KW6N8X'])
    expect(skipped.map(({ reason }) => reason)).toEqual(Array(2).fill(expect.stringContaining('twice')))
    expect(isFeature(dir, 'login-01KW6N8W')).toBe(false)
    expect(isFeature(dir, 'login-01KW6N8X')).toBe(true)
  })
})

describe('what meta.json says', () => {
  it.each([
    ['own keys', '{"title":"T","mission":"m"}', 'T', 'm', false],
    ['the keys of older projects', '\uFEFF{"friendly_name":" T ","mission_type":"m"}', 'T', 'm', false],
    ['keys of the wrong type', '{"title":7}', 'a feature', null, false],
    ['no JSON', '{', 'a feature', null, true],
    ['a list', '[]', 'a feature', null, true],
  ])('is taken as far as it goes: %s', (_name, text, title, mission, hasProblem) => {
    mkdirSync(join(dir, '001-a-feature'))
    writeFileSync(join(dir, '001-a-feature', 'meta.json'), text)
    const feature = readFeature(dir, '001-a-feature')
    expect(feature).toMatchObject({ title, mission })
    expect(feature.problem !== null).toBe(hasProblem)
  })

  it('may be absent', () => {
    mkdirSync(join(dir, '001-a-feature'))
    expect(readFeature(dir, '001-a-feature')).toMatchObject({
      title: 'a feature',
      mission: null,
      problem: null,
    })
  })
})

describe('the tasks of a feature', () => {
  it('are its WP files; what cannot be read is named with a reason and hides no other', async () => {
    mkdirSync(join(dir, 'tasks'))
    writeFileSync(join(dir, 'tasks', 'WP02-b.md'), '---\ntitle: B\n---\n')
    writeFileSync(join(dir, 'tasks', 'WP01-a.md'), '---\ntitle: A\n---\n')
    writeFileSync(join(dir, 'tasks', 'WP03-c.md'), '---\ntitle: C\n')
    for (const other of ['README.md', '.gitkeep', 'WP04.md.bak', 'WPX.md'])
      writeFileSync(join(dir, 'tasks', other), '')
    writeFileSync(join(dir, 'outside.md'), '---\ntitle: outside\n---\n')
    symlinkSync(join(dir, 'outside.md'), join(dir, 'tasks', 'WP05-link.md'))
    const tasks = await readTasks(dir)
    if (tasks.kind !== 'tasks') throw new Error(tasks.reason)
    expect(tasks.workPackages.map((task) => task.work_package_id)).toEqual(['WP01', 'WP02'])
    expect(tasks.unreadable.map((skipped) => skipped.reason)).toEqual([
      expect.stringContaining('never closed'),
      expect.stringContaining('symbolic link'),
    ])
  })

  it('name every file that looks like one and is not read, at any depth', async () => {
    const write = (path: string, text = '') => {
      mkdirSync(join(dir, 'tasks', path, '..'), { recursive: true })
      writeFileSync(join(dir, 'tasks', path), text)
    }
    const passedOver = [
      'WP-02-x.md',
      'WP01-x.markdown',
      'WP01a-x.md',
      'WP01–x.md',
      'WP02-old.md.bak',
      'doing/WP01-x.md',
      'later/deeper/wp_3.txt',
      'later/other.md',
    ]
    for (const path of passedOver) write(path)
    write('later/other.md', '---\nwork_package_id: WP09\n---\n')
    write('WP01-x.md')
    for (const path of ['README.md', 'later/notes.md', 'WPX.md', '.hidden/WP01-x.md', 'wp.md'])
      write(path, 'WP01')
    const tasks = await readTasks(dir)
    if (tasks.kind !== 'tasks') throw new Error(tasks.reason)
    expect(tasks.skipped.map(({ file }) => relative(join(dir, 'tasks'), file)).sort()).toEqual(
      passedOver.sort(),
    )
    expect(tasks.workPackages).toHaveLength(1)
  })

  it('come by number', async () => {
    mkdirSync(join(dir, 'tasks'))
    for (const id of ['WP100', 'WP99', 'WP09']) writeFileSync(join(dir, 'tasks', `${id}.md`), '')
    const tasks = await readTasks(dir)
    if (tasks.kind !== 'tasks') throw new Error(tasks.reason)
    expect(tasks.workPackages.map((task) => task.work_package_id)).toEqual(['WP09', 'WP99', 'WP100'])
  })

  it('are something other than an empty list when the folder is missing, a file, or a link that leads away', async () => {
    expect(await readTasks(dir)).toMatchObject({
      kind: 'no_tasks_folder',
      reason: expect.stringContaining('does not exist') as string,
    })
    symlinkSync(tmpdir(), join(dir, 'tasks'))
    expect(await readTasks(dir)).toMatchObject({
      kind: 'no_tasks_folder',
      reason: expect.stringContaining('symbolic link') as string,
    })
    rmSync(join(dir, 'tasks'))
    writeFileSync(join(dir, 'tasks'), '')
    expect(await readTasks(dir)).toMatchObject({
      kind: 'no_tasks_folder',
      reason: expect.stringContaining('not a folder') as string,
    })
  })

  it('are not taken from a sibling folder whose name only begins the same', async () => {
    mkdirSync(join(dir, '001-a'))
    mkdirSync(join(dir, '001-ab'))
    symlinkSync(join(dir, '001-ab'), join(dir, '001-a', 'tasks'))
    expect(await readTasks(join(dir, '001-a'))).toMatchObject({ kind: 'no_tasks_folder' })
  })
})

describe.skipIf(specsDir === undefined)('real features', () => {
  it('are listed, titled and free of problems', async () => {
    if (specsDir === undefined) return
    const slugs = listFeatures(specsDir)
    expect(slugs).toHaveLength(11)
    for (const slug of slugs) {
      const feature = readFeature(specsDir, slug)
      expect(feature).toMatchObject({ problem: null, mission: expect.stringMatching(/^[a-z-]+$/) as string })
      const tasks = await readTasks(feature.dir)
      if (tasks.kind !== 'tasks') throw new Error(tasks.reason)
      expect(tasks.unreadable).toEqual([])
      expect(tasks.skipped.every(({ file }) => file.endsWith('.md.bak'))).toBe(true)
      expect(checkTasks(tasks.workPackages)).toEqual([])
    }
  })
})
