import { cpSync, existsSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Implement } from '../../src/core/services/workspaces/implement.js'
import { Workspaces } from '../../src/core/services/workspaces/workspaces.js'
import { findWorkspace } from '../../src/core/workspace/find-workspace.js'
import { by, FEATURE, inProcess, project } from '../support/kitty.js'
import { errorOf, rejectionOf } from '../support/kitty-error.js'
import { tempFolder } from '../support/temp-folder.js'
import { gitIn } from '../support/temp-repository.js'

const PLACE = join('.worktrees', `${FEATURE}-WP01`)
const about = { feature: FEATURE, workPackage: 'WP01' }
const implement = async (root: string) =>
  (await inProcess(root, Implement, (service) => service.implement({ ...about, provenance: by('ada') })))
    .result
const remove = (root: string) =>
  inProcess(root, Workspaces, (service) => service.remove({ ...about, force: true, actor: 'ada' }))

/** A repository with a worktree that holds a file of its own. */
async function withWork(): Promise<string> {
  const root = await project()
  await implement(root)
  writeFileSync(join(root, PLACE, 'mine.txt'), 'mine\n')
  return root
}

describe('a copy of a repository, git’s directory and all', () => {
  it('leaves the worktrees of the first one alone, and makes its own', async () => {
    const first = await withWork()
    const copy = join(tempFolder(), 'copy')
    cpSync(first, copy, { recursive: true })
    expect((await rejectionOf(remove(copy))).message).toContain('has no worktree on this machine')
    expect((await rejectionOf(implement(copy))).message).toContain(join(copy, PLACE))
    renameSync(join(copy, PLACE), join(tempFolder(), 'aside'))
    expect(await implement(copy)).toMatchObject({ workspace_path: join(copy, PLACE), created: true })
    await remove(copy)
    expect(existsSync(join(copy, PLACE))).toBe(false)
    expect(existsSync(join(first, PLACE, 'mine.txt'))).toBe(true)
    expect(gitIn(join(first, PLACE), 'status', '--porcelain')).toBe('?? mine.txt\n')
  })
})

describe('a repository that was moved with its worktrees', () => {
  it('says how git finds them again, wherever it is asked', async () => {
    const root = join(tempFolder(), 'moved')
    renameSync(await withWork(), root)
    const work = join(root, PLACE)
    const inIt = errorOf(() => findWorkspace(work, {}))
    const fromOutside = await rejectionOf(implement(root))
    for (const { nextSteps } of [inIt, fromOutside])
      expect(nextSteps[0]?.argv).toEqual(['git', '-C', root, 'worktree', 'repair', work])
    const [, ...words] = inIt.nextSteps[0]?.argv ?? []
    gitIn(root, ...words)
    expect(findWorkspace(work, {})).toMatchObject({ root, worktree: work })
    expect(await implement(root)).toMatchObject({ workspace_path: work, created: false })
    expect(existsSync(join(work, 'mine.txt'))).toBe(true)
  })
})
