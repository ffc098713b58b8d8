import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { isKittyError } from '../../src/core/errors/kitty-error.js'
import { Gates } from '../../src/core/services/packages/gates.js'
import { Implement } from '../../src/core/services/workspaces/implement.js'
import { MarkSubtasks } from '../../src/core/services/packages/mark-subtasks.js'
import { MergePackage } from '../../src/core/services/merge/merge-package.js'
import { MoveTask } from '../../src/core/services/moves/move-task.js'
import { by, emit, FEATURE, inProcess, kitty, project, type Ran, realGit, shims } from '../support/kitty.js'
import { tempFolder } from '../support/temp-folder.js'
import { gitIn, stopInRebase } from '../support/temp-repository.js'

const BRANCH = `${FEATURE}-WP01`

describe('kitty merge', () => {
  let root: string
  let worktree: string
  const git = (...args: string[]): string => gitIn(root, ...args).trimEnd()
  const merge = (env: NodeJS.ProcessEnv = {}): Promise<Ran> => kitty(root, ['merge', 'WP01', '--json'], env)
  const lane = async (): Promise<unknown> =>
    (await inProcess(root, MoveTask, async ({ store }) => store.workPackage(FEATURE, 'WP01'))).result?.lane
  /** The refusal of a merge in this process. */
  const refused = async (): Promise<string> => {
    const request = { feature: FEATURE, workPackage: 'WP01', provenance: by('ada') }
    try {
      await inProcess(root, MergePackage, (service) => service.merge(request))
      return 'merged'
    } catch (error) {
      if (!isKittyError(error)) throw error
      expect(error.exitCode).toBe(1)
      return [error.kind, error.message, ...error.nextSteps.map(({ text }) => text)].join('\n')
    }
  }
  /** A git that kills the kitty that called it, before or after the command that the pattern matches. */
  const deadly = (pattern: string, when: 'before' | 'after'): NodeJS.ProcessEnv => {
    const run = `"${realGit()}" "$@"`
    const kill = when === 'before' ? 'kill -9 $PPID; exit 1' : `${run}; kill -9 $PPID; exit 1`
    return shims({ git: `#!/bin/sh\ncase "$*" in ${pattern}) ${kill};; esac\nexec ${run}\n` })
  }
  const expectWhole = async (ran: Ran): Promise<void> => {
    expect(ran.code, ran.stdout + ran.stderr).toBe(0)
    expect(await lane()).toBe('done')
    expect(git('log', '--first-parent', '--merges', '--format=%s')).toBe(
      `Merge WP01 of ${FEATURE}: Part WP01`,
    )
    expect(readFileSync(join(root, 'work.txt'), 'utf8')).toBe('done\n')
    expect(existsSync(worktree)).toBe(false)
    expect(git('branch', '--list', BRANCH)).not.toBe('')
    expect(git('status', '--porcelain', '--untracked-files=no', 'work.txt', 'README.md')).toBe('')
  }

  beforeEach(async () => {
    root = await project()
    worktree = join(root, '.worktrees', BRANCH)
    const about = { feature: FEATURE, workPackage: 'WP01', provenance: by('ada') }
    await inProcess(root, Implement, (service) => service.implement(about))
    writeFileSync(join(worktree, 'work.txt'), 'done\n')
    gitIn(worktree, 'add', 'work.txt')
    gitIn(worktree, 'commit', '--quiet', '--message', 'work')
    await inProcess(root, MarkSubtasks, (service) =>
      service.mark({ ...about, subtasks: ['T001'], done: true }),
    )
    await inProcess(root, MoveTask, (service) => service.move({ ...about, to: 'for_review', force: false }))
  })

  it('merges where git’s directory is not in the checkout, as in a submodule', async () => {
    git('init', '--quiet', '--separate-git-dir', join(tempFolder(), 'git'))
    await expectWhole(await merge())
  })

  it('merges, moves and removes in one command, and says so when it is done already', async () => {
    writeFileSync(join(root, 'README.md'), 'mine\n')
    const ran = await merge()
    expect(readFileSync(join(root, 'README.md'), 'utf8')).toBe('mine\n')
    git('checkout', '--quiet', 'README.md')
    await expectWhole(ran)
    expect(ran.json()).toMatchObject({ branch: BRANCH, base: 'main', merged: true, removed: worktree })
    expect((await merge()).json()).toMatchObject({ merged: false, event: null, removed: null })
  })

  it.each([
    ['before the merge', 'merge\\ --no-ff*', 'before'],
    ['after the merge', 'merge\\ --no-ff*', 'after'],
    ['before the removal', 'worktree\\ remove*', 'before'],
    ['after the removal', 'worktree\\ remove*', 'after'],
  ] as const)('killed %s goes on with the next run', async (_, pattern, when) => {
    const killed = await merge(deadly(pattern, when))
    expect(killed.code).not.toBe(0)
    await expectWhole(await merge())
  })

  it('goes on where git itself was killed in the merge', async () => {
    const hook = join(root, '.git', 'hooks', 'prepare-commit-msg')
    writeFileSync(hook, '#!/bin/sh\nkill -9 $PPID\n', { mode: 0o755 })
    expect((await merge()).code).not.toBe(0)
    expect(existsSync(join(root, '.git', 'MERGE_HEAD'))).toBe(true)
    writeFileSync(hook, '#!/bin/sh\n', { mode: 0o755 })
    await expectWhole(await merge())
  })

  it('merges once where git itself was killed right after its commit', async () => {
    const hook = join(root, '.git', 'hooks', 'reference-transaction')
    const kill = 'grep -q " refs/heads/main$" && kill -9 $PPID'
    writeFileSync(hook, `#!/bin/sh\n[ "$1" = committed ] && ${kill}\nexit 0\n`, { mode: 0o755 })
    expect((await merge()).code).not.toBe(0)
    expect(existsSync(join(root, '.git', 'MERGE_HEAD'))).toBe(true)
    expect(git('log', '--merges', '--format=%h')).not.toBe('')
    writeFileSync(hook, '#!/bin/sh\n', { mode: 0o755 })
    await expectWhole(await merge())
    expect(existsSync(join(root, '.git', 'MERGE_HEAD'))).toBe(false)
  })

  const expectNothing = async (said: string, word: string): Promise<void> => {
    expect(said).toContain(word)
    expect(git('log', '--merges', '--format=%h')).toBe('')
    expect(existsSync(join(root, '.git', 'MERGE_HEAD'))).toBe(false)
    expect(existsSync(worktree)).toBe(true)
    expect(await lane()).toBe('for_review')
  }

  it('changes nothing when a gate has not passed', async () => {
    await inProcess(root, Gates, (service) =>
      service.add({ feature: FEATURE, workPackage: 'WP01', type: 'CI_CHECK', provenance: by('ada') }),
    )
    await expectNothing(await refused(), 'GateFailure')
  })

  it('changes nothing when the branches conflict, and names the files', async () => {
    writeFileSync(join(root, 'work.txt'), 'other\n')
    git('add', 'work.txt')
    git('commit', '--quiet', '--message', 'other')
    await expectNothing(await refused(), 'conflicts with main in work.txt')
    expect(readFileSync(join(root, 'work.txt'), 'utf8')).toBe('other\n')
  })

  it('changes nothing when the base has a change in a file that the merge touches', async () => {
    writeFileSync(join(root, 'work.txt'), 'mine\n')
    await expectNothing(await refused(), 'work.txt')
    expect(readFileSync(join(root, 'work.txt'), 'utf8')).toBe('mine\n')
  })

  /** Commits files on the branch, also those that git ignores. */
  const onBranch = (...names: string[]): void => {
    for (const name of names) {
      mkdirSync(dirname(join(worktree, name)), { recursive: true })
      writeFileSync(join(worktree, name), 'of the branch\n')
    }
    gitIn(worktree, 'add', '--force', ...names)
    gitIn(worktree, 'commit', '--quiet', '--message', 'more')
  }

  it.each([
    ['an ignored file', '.env', '.env', '.env'],
    ['an ignored file for a folder', 'conf', 'conf/prod.env', 'conf'],
    ['an ignored folder for a file', 'conf/prod.env', 'conf', 'conf'],
  ])('changes nothing when the merge would overwrite %s', async (_, mine, theirs, named) => {
    writeFileSync(join(root, '.git', 'info', 'exclude'), '/kitty-specs/\n.env\nconf\n')
    onBranch(theirs)
    mkdirSync(dirname(join(root, mine)), { recursive: true })
    writeFileSync(join(root, mine), 'secret\n')
    await expectNothing(await refused(), `would overwrite`)
    expect(await refused()).toContain(`(${named})`)
    expect(readFileSync(join(root, mine), 'utf8')).toBe('secret\n')
  })

  it('merges where a folder of the base becomes a file, and a file a folder', async () => {
    mkdirSync(join(root, 'old'))
    for (const name of ['old/one.txt', 'two']) writeFileSync(join(root, name), 'of main\n')
    git('add', 'old', 'two')
    git('commit', '--quiet', '--message', 'both')
    gitIn(worktree, 'merge', '--quiet', 'main')
    gitIn(worktree, 'rm', '--quiet', '-r', 'old', 'two')
    onBranch('old', 'two/three.txt')
    expect(await refused()).toBe('merged')
    expect(readFileSync(join(root, 'two', 'three.txt'), 'utf8')).toBe('of the branch\n')
    expect(readFileSync(join(root, 'old'), 'utf8')).toBe('of the branch\n')
  })

  it('changes nothing with staged changes, and leaves them staged', async () => {
    writeFileSync(join(root, 'README.md'), 'mine\n')
    git('add', 'README.md')
    await expectNothing(await refused(), 'staged')
    expect(git('diff', '--cached', '--name-only')).toBe('README.md')
  })

  it('changes nothing while work on the branch is not committed', async () => {
    writeFileSync(join(worktree, 'more.txt'), 'x')
    await expectNothing(await refused(), 'more.txt')
  })

  it('changes nothing in the middle of a rebase in the worktree', async () => {
    stopInRebase(worktree)
    expect(gitIn(worktree, 'status', '--porcelain')).toBe('')
    await expectNothing(await refused(), `A rebase is under way in ${worktree}`)
  })

  it('takes back a merge that a hook refuses', async () => {
    const hook = join(root, '.git', 'hooks', 'commit-msg')
    writeFileSync(hook, '#!/bin/sh\necho no such merge >&2\nexit 1\n', { mode: 0o755 })
    await expectNothing(await refused(), 'no such merge')
    expect(existsSync(join(root, 'work.txt'))).toBe(false)
  })

  it('names the hooks to look at where one refuses the merge without a word', async () => {
    const hook = join(root, '.git', 'hooks', 'pre-merge-commit')
    writeFileSync(hook, '#!/bin/sh\nexit 1\n', { mode: 0o755 })
    const said = await refused()
    expect(said).toContain(`Git did not merge ${BRANCH}, and nothing says why: it ended with exit code 1.`)
    expect(said).toContain(hook)
  })

  it('with an older git names the command to type, and does the rest afterwards', async () => {
    const old = deadly('version', 'before')
    const path = old['PATH']?.split(':')[0] ?? ''
    const shim = readFileSync(join(path, 'git'), 'utf8')
    writeFileSync(join(path, 'git'), shim.replace('kill -9 $PPID; exit 1', 'echo git version 2.37.1; exit 0'))
    const ran = await merge(old)
    await expectNothing(ran.stdout, '2.37.1')
    const { error } = ran.json() as { error: { next_steps: unknown } }
    expect(JSON.stringify(error.next_steps)).toContain(`merge --no-ff ${BRANCH}`)
    git('merge', '--no-ff', '-m', `Merge WP01 of ${FEATURE}: Part WP01`, BRANCH)
    await expectWhole(await merge(old))
  })

  it('leaves merging to the forge where config.json says so, and done to what is merged', async () => {
    writeFileSync(join(root, '.kittify', 'config.json'), '{"merge": {"by": "forge"}}\n')
    await expectNothing(await refused(), 'push --set-upstream origin')
    const early = await kitty(root, ['done', 'WP01', '--json'])
    expect([early.code, early.stdout.includes('is not in main yet')]).toEqual([1, true])
    git('merge', '--quiet', '--no-ff', '--no-edit', BRANCH)
    expect((await kitty(root, ['done', 'WP01'])).code).toBe(0)
  })

  it('keeps a worktree in which an ignored file exists, and says so', async () => {
    writeFileSync(join(worktree, '.gitignore'), '*.env\n')
    gitIn(worktree, 'add', '.gitignore')
    gitIn(worktree, 'commit', '--quiet', '--message', 'ignore')
    mkdirSync(join(worktree, 'conf'))
    writeFileSync(join(worktree, 'conf', 'prod.env'), 'secret\n')
    const request = { feature: FEATURE, workPackage: 'WP01', provenance: by('ada') }
    const { result, warnings } = await inProcess(root, MergePackage, (service) => service.merge(request))
    expect(result).toMatchObject({ merged: true, removed: null })
    expect(warnings.join()).toContain('conf/prod.env')
    expect(readFileSync(join(worktree, 'conf', 'prod.env'), 'utf8')).toBe('secret\n')
  })

  it('merges the branch, and not a tag that has its name', async () => {
    git('switch', '--quiet', '--detach')
    writeFileSync(join(root, 'foreign.txt'), 'foreign\n')
    git('add', 'foreign.txt')
    git('commit', '--quiet', '--message', 'foreign')
    git('tag', BRANCH)
    git('tag', 'main')
    git('switch', '--quiet', 'main')
    await expectWhole(await merge())
    expect(existsSync(join(root, 'foreign.txt'))).toBe(false)
    expect(git('rev-parse', 'refs/heads/main^2')).toBe(git('rev-parse', `refs/heads/${BRANCH}`))
  })

  it('names a branch in its commands as git takes it where a tag has its name', async () => {
    git('tag', BRANCH)
    writeFileSync(join(root, '.kittify', 'config.json'), '{"merge": {"by": "forge"}}\n')
    expect(await refused()).toContain(`push --set-upstream origin heads/${BRANCH}`)
    writeFileSync(join(root, '.kittify', 'config.json'), '{}\n')
    git('tag', 'main')
    writeFileSync(join(root, 'work.txt'), 'other\n')
    git('add', 'work.txt')
    git('commit', '--quiet', '--message', 'other')
    expect(await refused()).toContain('merge heads/main')
  })

  it('leaves the package where it is when its branch gets a commit during the merge', async () => {
    const hook = join(root, '.git', 'hooks', 'post-merge')
    const commit = 'git commit --quiet --allow-empty --message late'
    writeFileSync(hook, `#!/bin/sh\nunset GIT_DIR GIT_INDEX_FILE\ncd "${worktree}" && ${commit}\n`, {
      mode: 0o755,
    })
    expect(await refused()).toContain(`${BRANCH} has commits that are not in main`)
    expect([await lane(), existsSync(worktree)]).toEqual(['for_review', true])
    writeFileSync(hook, '#!/bin/sh\n', { mode: 0o755 })
    expect((await merge()).json()).toMatchObject({ merged: true, removed: worktree })
    expect(git('log', '--format=%s', 'main')).toContain('late')
  })

  /** Records another base for the package, and asks for done. */
  const doneWith = async (base_branch: string | null): Promise<string> => {
    const payload = {
      feature_slug: FEATURE,
      work_package_id: 'WP01',
      worktree_path: `.worktrees/${BRANCH}`,
      branch_name: BRANCH,
      base_branch,
    }
    await emit(root, 'ada', {
      event_type: 'WorkspaceCreated',
      entity_id: 'WP01',
      entity_type: 'WorkPackage',
      payload,
    })
    const request = { feature: FEATURE, workPackage: 'WP01', to: 'done', force: false, provenance: by('ada') }
    try {
      await inProcess(root, MoveTask, (service) => service.move(request))
      return 'moved'
    } catch (error) {
      if (!isKittyError(error)) throw error
      return error.message
    }
  }

  it('lets a package go to done on the forge once a base of origin has its branch', async () => {
    writeFileSync(join(root, '.kittify', 'config.json'), '{"merge": {"by": "forge"}}\n')
    git('update-ref', 'refs/remotes/origin/main', 'main')
    expect(await doneWith('origin/main')).toContain('is not in origin/main yet')
    await expectNothing(await refused(), 'push --set-upstream origin')
    git('update-ref', 'refs/remotes/origin/main', BRANCH)
    expect(await doneWith('origin/main')).toBe('moved')
  })

  /** Merges the branch as a forge does for whom one commit a branch is enough. */
  const squash = (): void => {
    writeFileSync(join(root, '.kittify', 'config.json'), '{"merge": {"by": "forge"}}\n')
    git('merge', '--quiet', '--squash', BRANCH)
    git('commit', '--quiet', '--message', 'All of it (#7)')
  }
  const commit = (name: string, text: string): void => {
    writeFileSync(join(root, name), text)
    git('add', name)
    git('commit', '--quiet', '--message', name)
  }

  it('lets a package go to done on the forge when its branch was squashed, also when the base has gone on', async () => {
    squash()
    commit('later.txt', 'later\n')
    expect(await doneWith('main')).toBe('moved')
  })

  it('lets a package go to done on the forge when its branch was rebased onto a base that has gone on', async () => {
    writeFileSync(join(root, '.kittify', 'config.json'), '{"merge": {"by": "forge"}}\n')
    commit('before.txt', 'before\n')
    git('cherry-pick', `main..${BRANCH}`)
    expect(await doneWith('main')).toBe('moved')
  })

  it('does not take a squash for a merge that was reverted, or lacks the last commit', async () => {
    squash()
    git('revert', '--no-edit', 'HEAD')
    expect(await doneWith('main')).toContain('is not in main yet')
    git('revert', '--no-edit', 'HEAD')
    writeFileSync(join(worktree, 'more.txt'), 'more\n')
    gitIn(worktree, 'add', 'more.txt')
    gitIn(worktree, 'commit', '--quiet', '--message', 'more')
    expect(await doneWith('main')).toContain('is not in main yet')
    expect(await lane()).toBe('for_review')
  })

  /** Takes the branch away everywhere, and puts a merge with this subject onto main. */
  const goneAfter = (subject: string): void => {
    writeFileSync(join(root, '.kittify', 'config.json'), '{"merge": {"by": "forge"}}\n')
    git('worktree', 'remove', '--force', worktree)
    git('branch', '--quiet', '--delete', '--force', BRANCH)
    const side = git('commit-tree', 'main^{tree}', '-m', 'side').trim()
    const merge = git('commit-tree', 'main^{tree}', '-p', 'main', '-p', side, '-m', subject).trim()
    git('update-ref', 'refs/heads/main', merge)
  }

  it('says on the forge that it could not find out where the branch is gone and no merge names it', async () => {
    goneAfter(`Merge branch '${BRANCH}0'`)
    const said = await doneWith('main')
    expect(said).toContain(`Could not find out whether ${BRANCH} is merged`)
    expect(said).toContain('an owner can overrule')
    expect(await lane()).toBe('for_review')
  })

  it.each([`Merge branch '${BRANCH}' into main`, `Merge pull request #7 from ada/${BRANCH}`])(
    'lets a package go to done on the forge when its branch is gone and a merge names it: %s',
    async (subject) => {
      goneAfter(subject)
      expect(await doneWith('main')).toBe('moved')
    },
  )

  it.each([
    ['no branch', null],
    ['a tag', 'v1'],
    ['a revision', 'HEAD~0'],
    ['a branch that was not fetched', 'origin/next'],
  ])('says on the forge that it could not find out where the base is %s', async (_, base) => {
    writeFileSync(join(root, '.kittify', 'config.json'), '{"merge": {"by": "forge"}}\n')
    git('tag', 'v1', BRANCH)
    expect(await doneWith(base)).toContain(`Could not find out whether ${BRANCH} is merged`)
    expect(await lane()).toBe('for_review')
  })

  it('is refused where no checkout has the base', async () => {
    git('switch', '--quiet', '--create', 'elsewhere')
    await expectNothing(await refused(), 'switch main')
  })
})

describe('kitty accept', () => {
  it('names everything that is open, and archives what is not', async () => {
    const root = await project()
    const early = await kitty(root, ['accept', FEATURE, '--json'])
    expect(early.code).toBe(1)
    expect(early.json()).toMatchObject({
      error: { context: { blockers: ['WP01', 'WP02', 'WP03'].map((id) => ({ work_package: id })) } },
    })
    await kitty(root, ['move', 'WP01', 'done', '--force', '--reason', 'no subtasks here'])
    await kitty(root, ['cancel', 'WP02', 'WP03', '--reason', 'not needed'])
    const accepted = await kitty(root, ['accept', FEATURE, '--json'])
    expect(accepted.json()).toMatchObject({ done: 1, dropped: 2, event: { event_type: 'FeatureArchived' } })
  })
})
