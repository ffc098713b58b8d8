import {
  existsSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Status } from '../../../src/core/services/board/status.js'
import { FEATURE, Project } from '../../support/project.js'

const FILE = `kitty-specs/${FEATURE}/tasks/WP01-part.md`
const LOOKS = join('.git', 'kitty', 'looks', `${FEATURE}.json`)

describe('a board and the files that have not changed', () => {
  let project: Project

  beforeEach(async () => {
    project = new Project()
    await project.withPackages({ WP01: {}, WP02: {} })
    later(60)
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  /** Moves this process's clock on: what was written before is old then. */
  function later(seconds: number): void {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + seconds * 1000 })
  }

  async function marks(): Promise<string[]> {
    return project.use(async (services) => {
      const { features } = await (await services.get(Status)).board(FEATURE)
      const packages = features.flatMap(({ lanes }) => Object.values(lanes).flat())
      return packages.flatMap((one) =>
        one.marks.map(({ mark, text }) => `${one.work_package} ${mark}: ${text}`),
      )
    })
  }

  function changeKept(from: string, to: string): void {
    const kept = readFileSync(project.path(LOOKS), 'utf8')
    expect(kept).toContain(from)
    writeFileSync(project.path(LOOKS), kept.replace(from, to))
  }

  it('takes a file that has not changed from what was read last', async () => {
    expect(await marks()).toEqual([])
    changeKept('"Part WP01"', '"Kept"')
    expect(await marks()).toEqual([expect.stringMatching(/^WP01 changed: .*Kept/)])
  })

  it('reads a file again that has as many bytes and the same time as before', async () => {
    await marks()
    const { atime, mtime } = statSync(project.path(FILE))
    project.write(FILE, project.read(FILE).replace('title: Part', 'title: Pert'))
    utimesSync(project.path(FILE), atime, mtime)
    expect(await marks()).toEqual([expect.stringMatching(/^WP01 changed: .*Pert/)])
  })

  it('reads a file again that another one has replaced', async () => {
    await marks()
    project.write('elsewhere.md', project.read(FILE).replace('title: Part', 'title: Pert'))
    renameSync(project.path('elsewhere.md'), project.path(FILE))
    expect(await marks()).toEqual([expect.stringMatching(/^WP01 changed: .*Pert/)])
  })

  it('does not rely on what it read from a file that has just been written', async () => {
    vi.useRealTimers()
    project.write(FILE, project.read(FILE))
    await marks()
    expect(existsSync(project.path(LOOKS))).toBe(false)
    later(60)
    await marks()
    expect(readFileSync(project.path(LOOKS), 'utf8')).toContain('WP01')
  })

  it('says why a link is not read, also where it knew the file', async () => {
    await marks()
    renameSync(project.path(FILE), project.path('elsewhere.md'))
    symlinkSync(project.path('elsewhere.md'), project.path(FILE))
    expect(await marks()).toEqual([expect.stringMatching(/^WP01 unreadable: .*symbolic link/)])
  })

  it('forgets a file that has gone', async () => {
    await marks()
    rmSync(project.path(FILE))
    project.write(FILE.replace('WP01', 'WP03'), '# New\n')
    later(60)
    await marks()
    expect(readFileSync(project.path(LOOKS), 'utf8')).not.toContain('WP01')
  })

  it.each(['', '{"reader": 1', '[]', '{"reader": 0, "looks": {}}', '{"reader": 1, "looks": null}'])(
    'reads the files where it kept %j',
    async (text) => {
      await marks()
      writeFileSync(project.path(LOOKS), text)
      expect(await marks()).toEqual([])
    },
  )

  it('reads the files where it can keep nothing', async () => {
    rmSync(project.path('.git', 'kitty', 'looks'), { recursive: true, force: true })
    writeFileSync(project.path('.git', 'kitty', 'looks'), 'in the way')
    project.write(FILE, project.read(FILE).replace('title: Part', 'title: Pert'))
    expect(await marks()).toEqual([expect.stringMatching(/^WP01 changed: .*Pert/)])
  })
})
