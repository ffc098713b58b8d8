import { existsSync, mkdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Implement } from '../../src/core/services/workspaces/implement.js'
import { by, FEATURE, inProcess, project } from '../support/kitty.js'
import { gitIn } from '../support/temp-repository.js'

const NAME = `${FEATURE}-WP01`
const implement = (folder: string, workPackage: string) =>
  inProcess(folder, Implement, (service) =>
    service.implement({ feature: FEATURE, workPackage, base: undefined, provenance: by('ada') }),
  )

/** What `git worktree add` has written when it is killed, in the order in which it writes. */
const STEPS: readonly ((git: string, work: string) => void)[] = [
  (git) => mkdirSync(git, { recursive: true }),
  (git) => writeFileSync(join(git, 'locked'), 'initializing\n'),
  (git) => writeFileSync(join(git, 'gitdir'), ''),
  (git, work) => writeFileSync(join(git, 'gitdir'), `${join(work, '.git')}\n`),
  (_, work) => mkdirSync(work, { recursive: true }),
  (_, work) => writeFileSync(join(work, '.git'), ''),
  (git, work) => writeFileSync(join(work, '.git'), `gitdir: ${git}\n`),
  (git) => writeFileSync(join(git, 'HEAD'), ''),
  (git) => writeFileSync(join(git, 'HEAD'), `${'0'.repeat(40)}\n`),
  (git) => writeFileSync(join(git, 'commondir'), ''),
  (git) => writeFileSync(join(git, 'commondir'), '../..\n'),
  (git) => writeFileSync(join(git, 'HEAD.lock'), ''),
]

describe('a worktree that a killed git has left half made', () => {
  it.each(STEPS.map((_, at) => at))('is made again by the next implement, after step %i', async (last) => {
    const folder = await project()
    const git = join(folder, '.git', 'worktrees', NAME)
    const work = join(folder, '.worktrees', NAME)
    for (const step of STEPS.slice(0, last + 1)) step(git, work)
    // As of long ago: a git that is at work is given time.
    utimesSync(git, 0, 0)
    const { result, warnings } = await implement(folder, 'WP01')
    expect(result).toMatchObject({ workspace_path: work, branch: NAME })
    expect(warnings.join()).toContain('half made')
    expect(gitIn(work, 'status', '--porcelain')).toBe('')
    expect(existsSync(join(work, 'README.md'))).toBe(true)
  })

  it('is found by a path from git’s directory, as worktree.useRelativePaths writes it', async () => {
    const folder = await project()
    const git = join(folder, '.git', 'worktrees', NAME)
    const work = join(folder, '.worktrees', NAME)
    for (const step of STEPS) step(git, work)
    writeFileSync(join(git, 'gitdir'), `../../../.worktrees/${NAME}/.git\n`)
    writeFileSync(join(git, 'commondir'), '')
    utimesSync(git, 0, 0)
    const { result, warnings } = await implement(folder, 'WP01')
    expect(result).toMatchObject({ workspace_path: work, branch: NAME })
    expect(warnings.join()).toContain(work)
  })

  it('has the file whole that git had begun to write, and keeps one that a person has changed', async () => {
    const folder = await project()
    const { result } = await implement(folder, 'WP01')
    const work = result.workspace_path
    const git = join(folder, '.git', 'worktrees', NAME)
    const readme = readFileSync(join(work, 'README.md'))
    // Git writes its index last.
    rmSync(join(git, 'index'))
    writeFileSync(join(git, 'locked'), 'initializing\n')
    for (const begun of [readme.subarray(0, 0), readme.subarray(0, 4)]) {
      writeFileSync(join(work, 'README.md'), begun)
      await implement(folder, 'WP01')
      expect(readFileSync(join(work, 'README.md'))).toEqual(readme)
      expect(gitIn(work, 'status', '--porcelain')).toBe('')
      writeFileSync(join(git, 'locked'), 'initializing\n')
    }
    writeFileSync(join(work, 'README.md'), 'mine\n')
    await implement(folder, 'WP01')
    expect(readFileSync(join(work, 'README.md'), 'utf8')).toBe('mine\n')
  })

  it('leaves its branch locked: the lock is moved aside', async () => {
    const folder = await project()
    const lock = join(folder, '.git', 'refs', 'heads', `${NAME}.lock`)
    writeFileSync(lock, '')
    utimesSync(lock, 0, 0)
    const { result, warnings } = await implement(folder, 'WP01')
    expect(result.created).toBe(true)
    expect(warnings.join()).toContain(`${lock} was left locked`)
    expect(existsSync(lock)).toBe(false)
  })

  it('takes nothing along that is not git’s', async () => {
    const folder = await project()
    const git = join(folder, '.git', 'worktrees', NAME)
    const work = join(folder, '.worktrees', NAME)
    for (const step of STEPS.slice(0, 6)) step(git, work)
    writeFileSync(join(work, 'mine.txt'), 'mine\n')
    utimesSync(git, 0, 0)
    await expect(implement(folder, 'WP01')).rejects.toMatchObject({ kind: 'UnsafeSetup' })
    expect(existsSync(join(work, 'mine.txt'))).toBe(true)
  })

  it('keeps no other package from its worktree', async () => {
    const folder = await project()
    const git = join(folder, '.git', 'worktrees', NAME)
    mkdirSync(git, { recursive: true })
    writeFileSync(join(git, 'gitdir'), `${join(folder, '.worktrees', NAME, '.git')}\n`)
    utimesSync(git, 0, 0)
    const { result } = await implement(folder, 'WP03')
    expect(result.created).toBe(true)
    rmSync(result.workspace_path, { recursive: true })
  })
})
