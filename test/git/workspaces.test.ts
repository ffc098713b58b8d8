import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { by, emit, FEATURE, inProcess, kitty, move, project } from '../support/kitty.js'
import { rejectionOf } from '../support/kitty-error.js'
import { POSIX } from '../support/posix.js'
import { gitIn, stopInRebase, TempRepository } from '../support/temp-repository.js'
import type { NewEvent } from '../../src/core/events-lib.js'
import { Implement } from '../../src/core/services/workspaces/implement.js'
import { Workspaces } from '../../src/core/services/workspaces/workspaces.js'
import { EventStore } from '../../src/core/store/event-store.js'

const NAME = `${FEATURE}-WP01`

async function withWorktree(): Promise<{ folder: string; path: string }> {
  const folder = await project()
  const request = { feature: FEATURE, workPackage: 'WP01', provenance: by('ada') }
  const { result } = await inProcess(folder, Implement, (service) => service.implement(request))
  return { folder, path: result.workspace_path }
}

const list = async (folder: string) =>
  (await inProcess(folder, Workspaces, (service) => service.list())).result
const remove = async (folder: string, force = false, actor = 'ada') => {
  const request = { feature: FEATURE, workPackage: 'WP01', force, actor }
  return (await inProcess(folder, Workspaces, (service) => service.remove(request))).result
}

const workspaceOn = (base_branch: string): NewEvent => ({
  event_type: 'WorkspaceCreated',
  entity_id: 'WP01',
  entity_type: 'WorkPackage',
  payload: {
    feature_slug: FEATURE,
    work_package_id: 'WP01',
    worktree_path: `.worktrees/${NAME}`,
    branch_name: NAME,
    base_branch,
  },
})

function commitIn(path: string, file: string, content = `${file}\n`): void {
  writeFileSync(join(path, file), content)
  gitIn(path, 'add', '--force', file)
  gitIn(path, 'commit', '--quiet', '--message', file)
}

describe('workspaces list', () => {
  it('names those in use, with what is uncommitted in them', async () => {
    const { folder, path } = await withWorktree()
    writeFileSync(join(path, 'new.txt'), 'new\n')
    expect(await list(folder)).toEqual([
      {
        feature: FEATURE,
        work_package: 'WP01',
        workspace_path: path,
        branch: NAME,
        base_branch: 'main',
        exists: true,
        lane: 'doing',
        actor: 'ada',
        uncommitted: 1,
        stale: [],
      },
    ])
    expect(await list(path)).toEqual(await list(folder))
  })

  it('says why one is stale: gone while its package is in work, merged, finished', async () => {
    const { folder, path } = await withWorktree()
    expect(await list(folder)).toMatchObject([{ stale: [] }])
    commitIn(path, 'work.txt')
    expect(await list(folder)).toMatchObject([{ stale: [] }])
    gitIn(folder, 'merge', '--quiet', '--no-ff', '--no-edit', NAME)
    expect(await list(folder)).toMatchObject([{ stale: ['branch_merged'] }])
    await emit(folder, 'ada', move('for_review', 'WP01', 'doing'), move('done', 'WP01', 'for_review'))
    expect(await list(folder)).toMatchObject([{ stale: ['branch_merged', 'package_done'] }])
    rmSync(path, { recursive: true })
    expect(await list(folder)).toMatchObject([
      { exists: false, uncommitted: null, stale: ['worktree_missing', 'branch_merged', 'package_done'] },
    ])
    gitIn(folder, 'worktree', 'prune')
    expect(await list(folder)).toEqual([])
  })

  it('takes a branch for merged by its commits, and not by a tag or a revision with a base’s name', async () => {
    const { folder, path } = await withWorktree()
    commitIn(path, 'work.txt')
    gitIn(folder, 'tag', 'main', NAME)
    gitIn(folder, 'branch', 'ahead', NAME)
    expect(await list(folder)).toMatchObject([{ stale: [] }])
    await emit(folder, 'ada', workspaceOn('ahead~0'))
    expect(await list(folder)).toMatchObject([{ stale: [] }])
    await emit(folder, 'ada', workspaceOn('ahead'))
    expect(await list(folder)).toMatchObject([{ stale: ['branch_merged'] }])
    gitIn(folder, 'tag', NAME, 'HEAD')
    expect(await list(folder)).toMatchObject([{ stale: ['branch_merged'] }])
  })

  it.runIf(POSIX)(
    'is one of the repository’s own, also below a folder whose name has a line break',
    async ({ skip }) => {
      const start = await project()
      const folder = `${start}\nrest`
      try {
        renameSync(start, folder)
      } catch {
        skip('this file system takes no line break in a name')
      }
      expect((await kitty(folder, ['implement', 'WP01'])).code).toBe(0)
      const path = join(folder, '.worktrees', NAME)
      expect(await list(folder)).toMatchObject([{ workspace_path: path, exists: true, stale: [] }])
      expect((await kitty(path, ['note', 'WP01', 'from within'])).code).toBe(0)
      for (const where of [folder, path]) {
        const { checks } = (await kitty(where, ['doctor', '--json'])).json() as {
          checks: { name: string; ok: boolean }[]
        }
        expect(checks.find(({ name }) => name === 'worktrees')).toMatchObject({ ok: true })
      }
    },
  )

  it('names one that the log speaks of and this machine does not have', async () => {
    const { folder, path } = await withWorktree()
    gitIn(folder, 'worktree', 'remove', path)
    expect(await list(folder)).toMatchObject([
      { work_package: 'WP01', exists: false, stale: ['worktree_missing'] },
    ])
  })
})

describe('workspaces remove', () => {
  it('removes a clean worktree, and neither its branch nor anything in the log', async () => {
    const { folder, path } = await withWorktree()
    commitIn(path, 'work.txt')
    const tip = gitIn(path, 'rev-parse', 'HEAD')
    const events = (await inProcess(folder, EventStore, (store) => store.read())).result
    expect(await remove(folder)).toEqual({
      workspace_path: path,
      branch: NAME,
      removed: true,
      kept_in: null,
      kept_refs: [],
    })
    expect(existsSync(path)).toBe(false)
    expect(gitIn(folder, 'rev-parse', NAME)).toBe(tip)
    expect((await inProcess(folder, EventStore, (store) => store.read())).result).toEqual(events)
  })

  it.each([
    [
      'changed',
      (path: string) => {
        writeFileSync(join(path, 'README.md'), 'changed\n')
      },
      /1 uncommitted change \(README\.md\)/,
    ],
    [
      'staged',
      (path: string) => {
        writeFileSync(join(path, 'a.txt'), 'a\n')
        gitIn(path, 'add', 'a.txt')
      },
      /uncommitted change \(a\.txt\)/,
    ],
    [
      'untracked',
      (path: string) => {
        writeFileSync(join(path, 'b.txt'), 'b\n')
      },
      /uncommitted change \(b\.txt\)/,
    ],
    [
      'an ignored file',
      (path: string) => {
        writeFileSync(join(path, '.kittify', 'clock.json'), '{}')
      },
      /file that git ignores \(\.kittify\/clock\.json\)/,
    ],
    [
      'an ignored file in a folder that holds nothing else',
      (path: string) => {
        commitIn(path, '.gitignore', '*.env\nbuild/\n')
        for (const folder of ['conf', 'build']) {
          mkdirSync(join(path, folder, 'deep'), { recursive: true })
          writeFileSync(join(path, folder, 'deep', 'prod.env'), 'secret\n')
        }
      },
      /holds 1 file that git ignores \(conf\/deep\/prod\.env\)/,
    ],
    [
      'changed under --skip-worktree',
      (path: string) => {
        gitIn(path, 'update-index', '--skip-worktree', 'README.md')
        writeFileSync(join(path, 'README.md'), 'mine\n')
      },
      /changes in 1 file that git was told to take for unchanged \(README\.md\)/,
    ],
    [
      'changed under --assume-unchanged',
      (path: string) => {
        gitIn(path, 'update-index', '--assume-unchanged', 'README.md')
        writeFileSync(join(path, 'README.md'), 'mine\n')
      },
      /changes in 1 file that git was told to take for unchanged \(README\.md\)/,
    ],
    [
      'left of a rebase',
      (path: string) => {
        commitIn(path, 'd.txt')
        stopInRebase(path)
      },
      /holds a rebase that is under way/,
    ],
    [
      'committed on no branch',
      (path: string) => {
        gitIn(path, 'checkout', '--quiet', '--detach')
        commitIn(path, 'c.txt')
      },
      /commits that are on no branch/,
    ],
  ])('refuses to take away what is %s, by name', async (_what, prepare, named) => {
    const { folder, path } = await withWorktree()
    prepare(path)
    const refusal = await rejectionOf(remove(folder))
    expect(refusal).toMatchObject({ kind: 'ValidationError', exitCode: 1 })
    expect(refusal.message).toMatch(named)
    expect(existsSync(path)).toBe(true)
  })

  it('takes folders that a pattern ignores for build output, and a flagged file without a change for clean', async () => {
    const { folder, path } = await withWorktree()
    commitIn(path, '.gitignore', 'build/\n')
    mkdirSync(join(path, 'sub', 'build'), { recursive: true })
    writeFileSync(join(path, 'sub', 'build', 'out.env'), 'made\n')
    gitIn(path, 'update-index', '--skip-worktree', 'README.md')
    expect(await remove(folder)).toMatchObject({ removed: true, kept_in: null })
    expect(existsSync(path)).toBe(false)
  })

  it('by force moves aside what is nowhere else, and deletes none of it', async () => {
    const { folder, path } = await withWorktree()
    gitIn(path, 'checkout', '--quiet', '--detach')
    commitIn(path, 'loose.txt')
    const loose = gitIn(path, 'rev-parse', 'HEAD').trim()
    writeFileSync(join(path, 'README.md'), 'staged\n')
    gitIn(path, 'add', 'README.md')
    writeFileSync(join(path, 'README.md'), 'changed since\n')
    writeFileSync(join(path, 'untracked.txt'), 'untracked\n')
    const { kept_in, kept_refs } = await remove(folder, true)
    expect(existsSync(path)).toBe(false)
    expect(gitIn(folder, 'worktree', 'list', '--porcelain')).not.toContain(NAME)
    expect(readFileSync(join(kept_in ?? '', 'untracked.txt'), 'utf8')).toBe('untracked\n')
    expect(readFileSync(join(kept_in ?? '', 'README.md'), 'utf8')).toBe('changed since\n')
    const [changes = '', head = ''] = kept_refs
    expect(gitIn(folder, 'show', `${changes}^2:README.md`)).toBe('staged\n')
    expect(gitIn(folder, 'rev-parse', head).trim()).toBe(loose)
    expect(gitIn(folder, 'stash', 'list')).toBe('')
  })

  /** A submodule in the worktree, with a commit that no other repository has. @returns that commit */
  const withSubmodule = (path: string): string => {
    const library = new TempRepository()
    gitIn(path, '-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', library.root, 'lib/sub')
    gitIn(path, 'commit', '--quiet', '--message', 'submodule')
    gitIn(join(path, 'lib', 'sub'), 'commit', '--quiet', '--allow-empty', '--message', 'only here')
    const only = gitIn(join(path, 'lib', 'sub'), 'rev-parse', 'HEAD').trim()
    gitIn(path, 'commit', '--quiet', '--all', '--message', 'moves it')
    return only
  }

  it.each([
    ['that is there', (): undefined => undefined],
    [
      'whose folder is gone',
      (path: string): void => {
        rmSync(path, { recursive: true })
      },
    ],
    [
      'with settings of their own',
      (path: string): void => {
        gitIn(join(path, 'lib', 'sub'), 'sparse-checkout', 'set', 'docs')
        gitIn(path, 'submodule', 'deinit', '--force', '--all')
      },
    ],
  ])('by force moves the submodules of a worktree %s aside, with their commits', async (_, prepare) => {
    const { folder, path } = await withWorktree()
    const only = withSubmodule(path)
    prepare(path)
    const refusal = await rejectionOf(remove(folder))
    expect(refusal.message).toMatch(/holds the repositories of its submodules; nothing was removed/)
    const request = { feature: FEATURE, workPackage: 'WP01', force: true, actor: 'ada' }
    const { result, warnings } = await inProcess(folder, Workspaces, (service) => service.remove(request))
    const kept = join(result.kept_in ?? '', '.git', 'modules')
    expect(warnings).toEqual([expect.stringContaining(kept)])
    expect(gitIn(join(kept, 'lib', 'sub'), 'log', '-1', '--format=%H %s', only)).toBe(`${only} only here\n`)
    expect(gitIn(folder, 'worktree', 'list', '--porcelain')).not.toContain(NAME)
    expect(existsSync(path)).toBe(false)
  })

  it("refuses someone else's, a locked one, the one it is called from, and one that is not there", async () => {
    const { folder, path } = await withWorktree()
    expect((await rejectionOf(remove(folder, false, 'bob'))).kind).toBe('StateTransitionError')
    expect((await rejectionOf(remove(join(path, '.kittify')))).message).toMatch(/is where you are/)
    gitIn(folder, 'worktree', 'lock', '--reason', 'on a stick', path)
    expect((await rejectionOf(remove(folder, true))).message).toMatch(/locked: on a stick/)
    gitIn(folder, 'worktree', 'unlock', path)
    expect(existsSync(path)).toBe(true)
    expect((await remove(folder, true, 'bob')).removed).toBe(true)
    expect((await rejectionOf(remove(folder))).kind).toBe('UsageError')
  })
})
