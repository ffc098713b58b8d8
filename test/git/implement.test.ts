import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import {
  by,
  emit,
  FEATURE,
  inProcess,
  kitty,
  kittyIn,
  move,
  project,
  realGit,
  shims,
} from '../support/kitty.js'
import { rejectionOf } from '../support/kitty-error.js'
import { isDerived, snapshot } from '../support/snapshot.js'
import { gitIn } from '../support/temp-repository.js'
import { Implement } from '../../src/core/services/workspaces/implement.js'
import { Workspaces } from '../../src/core/services/workspaces/workspaces.js'
import { EventStore } from '../../src/core/store/event-store.js'

const NAME = `${FEATURE}-WP01`

const implement = (folder: string, actor = 'ada', workPackage = 'WP01', base?: string) =>
  inProcess(folder, Implement, (service) =>
    service.implement({ feature: FEATURE, workPackage, base, provenance: by(actor) }),
  )
const stateOf = async (folder: string, id = 'WP01') =>
  (await inProcess(folder, EventStore, (store) => store.workPackage(FEATURE, id))).result
const wholeLog = async (folder: string) =>
  (await inProcess(folder, EventStore, (store) => store.read())).result

describe('implement', () => {
  it('makes a worktree on a branch of its name, says so in the log, and moves the package to doing', async () => {
    const folder = await project()
    const { result } = await implement(folder)
    const path = join(folder, '.worktrees', NAME)
    expect(result).toMatchObject({ workspace_path: path, branch: NAME, created: true })
    expect(result.events.map((event) => event.event_type)).toEqual(['WorkspaceCreated', 'WPStatusChanged'])
    expect(result.events[0]?.payload).toEqual({
      feature_slug: FEATURE,
      work_package_id: 'WP01',
      worktree_path: `.worktrees/${NAME}`,
      branch_name: NAME,
      base_branch: 'main',
    })
    expect(gitIn(path, 'branch', '--show-current').trim()).toBe(NAME)
    expect(gitIn(path, 'status', '--porcelain')).toBe('')
    expect(await stateOf(folder)).toMatchObject({
      lane: 'doing',
      lane_actor: 'ada',
      workspace: { path: `.worktrees/${NAME}` },
    })
    expect(readFileSync(join(folder, 'kitty-specs', FEATURE, 'tasks', 'WP01-part.md'), 'utf8')).toContain(
      'lane: doing',
    )
  })

  it('on one that is there says where, and writes nothing', async () => {
    const folder = await project()
    const first = await implement(folder)
    const { result } = await implement(folder)
    expect(result).toEqual({ ...first.result, created: false, events: [] })
    // Waiting for a verdict, it must not be taken back by someone who only asks where it is.
    await emit(folder, 'ada', move('for_review', 'WP01', 'doing'))
    const asked = await implement(folder, 'bob')
    expect(asked.result).toMatchObject({
      created: false,
      events: [],
      workspace_path: first.result.workspace_path,
    })
    expect(asked.warnings.join()).toMatch(/WP01 is in for_review and stays there/)
    await emit(folder, 'bob', move('rejected', 'WP01', 'for_review'))
    expect((await implement(folder)).result.events).toMatchObject([
      { payload: { old_status: 'rejected', new_status: 'doing' } },
    ])
  })

  it('starts the branch where it is told to, and goes on with one that is there', async () => {
    const folder = await project()
    gitIn(folder, 'branch', 'stable')
    writeFileSync(join(folder, 'later.txt'), 'later\n')
    gitIn(folder, 'add', 'later.txt')
    gitIn(folder, 'commit', '--quiet', '--message', 'later')
    const { result } = await implement(folder, 'ada', 'WP01', 'stable')
    expect(existsSync(join(result.workspace_path, 'later.txt'))).toBe(false)
    expect(result.events[0]?.payload['base_branch']).toBe('stable')
    gitIn(result.workspace_path, 'commit', '--quiet', '--allow-empty', '--message', 'work')
    const tip = gitIn(result.workspace_path, 'rev-parse', 'HEAD')
    gitIn(folder, 'worktree', 'remove', result.workspace_path)
    const again = await implement(folder, 'ada', 'WP01', 'main')
    expect(gitIn(again.result.workspace_path, 'rev-parse', 'HEAD')).toBe(tip)
    expect(again.warnings.join()).toMatch(/was there already .* --base main was not used/)
  })

  it('records a base that is a branch by its name, however it was typed', async () => {
    const folder = await project()
    gitIn(folder, 'update-ref', 'refs/remotes/origin/main', 'HEAD')
    const recorded = async (workPackage: string, base: string): Promise<unknown> =>
      (await implement(folder, 'ada', workPackage, base)).result.events[0]?.payload['base_branch']
    expect(await recorded('WP01', 'refs/remotes/origin/main')).toBe('origin/main')
    expect(await recorded('WP03', 'HEAD')).toBe('main')
  })

  it('starts at a branch, and not at a tag that has its name', async () => {
    const folder = await project()
    gitIn(folder, 'tag', 'main')
    gitIn(folder, 'commit', '--quiet', '--allow-empty', '--message', 'later')
    const { result } = await implement(folder, 'ada', 'WP01', 'main')
    expect(gitIn(result.workspace_path, 'rev-parse', 'HEAD')).toBe(
      gitIn(folder, 'rev-parse', 'refs/heads/main'),
    )
    expect(result.events[0]?.payload['base_branch']).toBe('main')
  })

  it('starts from the branch of the checkout that holds the log, and records that one', async () => {
    const folder = await project()
    const linked = join(folder, '..', 'linked')
    gitIn(folder, 'worktree', 'add', '--quiet', '-b', 'release', linked)
    cpSync(join(folder, 'kitty-specs'), join(linked, 'kitty-specs'), { recursive: true })
    gitIn(linked, 'commit', '--quiet', '--allow-empty', '--message', 'of the release')
    const resolver = kittyIn(folder, { KITTY_ROOT: linked })
    const store = await resolver.resolve(EventStore)
    try {
      const service = await resolver.resolve(Implement)
      const { workspace_path, events } = await service.implement({
        feature: FEATURE,
        workPackage: 'WP01',
        provenance: by('ada'),
      })
      expect(gitIn(workspace_path, 'rev-parse', 'HEAD')).toBe(gitIn(linked, 'rev-parse', 'release'))
      expect(events[0]?.payload['base_branch']).toBe('release')
      gitIn(workspace_path, 'commit', '--quiet', '--allow-empty', '--message', 'work')
      gitIn(linked, 'merge', '--quiet', '--no-ff', '--no-edit', NAME)
      expect(await (await resolver.resolve(Workspaces)).list()).toMatchObject([{ stale: ['branch_merged'] }])
    } finally {
      await store.close()
    }
  })

  it.each([
    [
      'a dependency that is not done',
      'WP02',
      undefined,
      'DependencyValidationError',
      async () => Promise.resolve(),
    ],
    ['a package that is not there', 'WP09', undefined, 'UnknownWorkPackage', async () => Promise.resolve()],
    ['a base that is not there', 'WP01', 'nowhere', 'UsageError', async () => Promise.resolve()],
    ['a base that looks like an option', 'WP01', '--lock', 'UsageError', async () => Promise.resolve()],
    [
      'a folder in the way',
      'WP01',
      undefined,
      'UnsafeSetup',
      async (folder: string) => {
        mkdirSync(join(folder, '.worktrees', NAME), { recursive: true })
        writeFileSync(join(folder, '.worktrees', NAME, 'mine.txt'), 'mine')
        return Promise.resolve()
      },
    ],
    [
      'a link instead of .worktrees',
      'WP01',
      undefined,
      'UnsafeSetup',
      async (folder: string) => {
        symlinkSync('/tmp', join(folder, '.worktrees'))
        return Promise.resolve()
      },
    ],
  ])('refuses %s before anything is made', async (_what, workPackage, base, kind, prepare) => {
    const folder = await project()
    await prepare(folder)
    const before = snapshot(folder, isDerived)
    expect((await rejectionOf(implement(folder, 'ada', workPackage, base))).kind).toBe(kind)
    expect(snapshot(folder, isDerived)).toEqual(before)
  })

  it('touches neither index nor stash nor staged nor changed files of the checkout it is called from', async () => {
    const folder = await project()
    writeFileSync(join(folder, 'README.md'), 'stashed\n')
    gitIn(folder, 'stash', '--quiet')
    writeFileSync(join(folder, 'staged.txt'), 'staged\n')
    gitIn(folder, 'add', 'staged.txt')
    writeFileSync(join(folder, 'README.md'), 'changed\n')
    writeFileSync(join(folder, 'untracked.txt'), 'untracked\n')
    const own = (path: string) =>
      isDerived(path) ||
      /^(\.worktrees|kitty-specs|\.kittify|\.git\/(worktrees|logs\/refs\/heads|refs\/heads))(\/|$)/.test(path)
    const before = snapshot(folder, own)
    // As within a hook, where git has set its own variables for the commit that is under way.
    const hook = {
      GIT_INDEX_FILE: join(folder, '.git', 'index'),
      GIT_DIR: join(folder, '.git'),
      KITTY_ACTOR: 'ada',
    }
    expect((await kitty(folder, ['implement', 'WP01'], hook)).code).toBe(0)
    expect(snapshot(folder, own)).toEqual(before)
    expect(gitIn(folder, 'stash', 'list').split('\n')).toHaveLength(2)
  })

  it('gives a package to one of two concurrent callers, and tells the other who has it, and where', async () => {
    const folder = await project()
    const runs = await Promise.all(
      ['ada', 'bob'].map((actor) => kitty(folder, ['implement', 'WP01', '--json'], { KITTY_ACTOR: actor })),
    )
    expect(runs.map((run) => run.code).sort()).toEqual([0, 6])
    const lost = runs.find((run) => run.code === 6)?.json()['error']
    const winner = (await stateOf(folder))?.lane_actor
    expect(lost).toMatchObject({
      kind: 'LostRace',
      context: { moved_by: winner, workspace_path: `.worktrees/${NAME}` },
    })
    const written = (await wholeLog(folder)).map((event) => event.event_type)
    expect(written.filter((type) => type === 'WPStatusChanged')).toHaveLength(1)
    expect(written.filter((type) => type === 'WorkspaceCreated')).toHaveLength(1)
    expect(gitIn(join(folder, '.worktrees', NAME), 'status', '--porcelain')).toBe('')
  })

  it('killed between event and worktree, is finished by the next call', async () => {
    const folder = await project()
    const git = realGit()
    const killer = shims({
      git: `#!/bin/sh\nif [ "$2" = add ]; then kill -9 $PPID; exit 1; fi\nexec ${git} "$@"\n`,
    })
    expect((await kitty(folder, ['implement', 'WP01'], { ...killer, KITTY_ACTOR: 'ada' })).code).toBe(-1)
    expect(await stateOf(folder)).toMatchObject({ lane: 'doing', workspace: { branch: NAME } })
    expect(existsSync(join(folder, '.worktrees', NAME))).toBe(false)
    const { result } = await implement(folder)
    expect(result).toMatchObject({ created: true, events: [] })
    expect(gitIn(result.workspace_path, 'status', '--porcelain')).toBe('')
  })

  it('cut off while git made the worktree, is finished by the next call, and writes over nothing', async () => {
    const folder = await project()
    const { result } = await implement(folder)
    const path = result.workspace_path
    const admin = join(folder, '.git', 'worktrees', NAME)
    writeFileSync(join(admin, 'locked'), 'initializing')
    writeFileSync(join(admin, 'index.lock'), '')
    rmSync(join(admin, 'index'))
    rmSync(join(path, 'README.md'))
    writeFileSync(join(path, '.gitattributes'), 'half a fi')
    const again = await implement(folder)
    expect(again.result).toMatchObject({ workspace_path: path, created: true, events: [] })
    expect(gitIn(path, 'status', '--porcelain')).toBe(' M .gitattributes\n')
    expect(existsSync(join(admin, 'locked'))).toBe(false)
    expect(readFileSync(join(path, '.gitattributes'), 'utf8')).toBe('half a fi')
  })

  it('creates the worktree again after its folder was deleted', async () => {
    const folder = await project()
    const { result } = await implement(folder)
    rmSync(result.workspace_path, { recursive: true })
    expect((await implement(folder)).result).toMatchObject({ created: true, events: [] })
    expect(gitIn(result.workspace_path, 'branch', '--show-current').trim()).toBe(NAME)
  })

  it('says so when git cannot make it, and leaves the package with the one who took it', async () => {
    const folder = await project()
    const failing = shims({
      git: `#!/bin/sh\nif [ "$2" = add ]; then echo "fatal: no room" >&2; exit 128; fi\nexec ${realGit()} "$@"\n`,
    })
    const ran = await kitty(folder, ['implement', 'WP01', '--json'], { ...failing, KITTY_ACTOR: 'ada' })
    expect(ran.code).toBe(3)
    expect(ran.json()['error']).toMatchObject({
      kind: 'NotWritable',
      message: expect.stringMatching(/taken by ada.*no room/) as string,
    })
    expect(await stateOf(folder)).toMatchObject({ lane: 'doing', lane_actor: 'ada' })
  })

  it("events written in a worktree go to the primary checkout's log", async () => {
    const folder = await project()
    const { result } = await implement(folder)
    await emit(result.workspace_path, 'ada', move('for_review', 'WP01', 'doing'))
    expect(await stateOf(folder)).toMatchObject({ lane: 'for_review' })
    expect(gitIn(result.workspace_path, 'status', '--porcelain')).toBe('')
    const other = await implement(result.workspace_path, 'bob', 'WP03')
    expect(other.result.workspace_path).toBe(join(folder, '.worktrees', `${FEATURE}-WP03`))
  })

  it('with a key that was used answers as the first time', async () => {
    const folder = await project()
    const request = {
      feature: FEATURE,
      workPackage: 'WP01',
      provenance: { ...by('ada'), causationId: 'once' },
    }
    const first = await inProcess(folder, Implement, (service) => service.implement(request))
    const second = await inProcess(folder, Implement, (service) => service.implement(request))
    expect(second.result).toEqual({ ...first.result, created: false })
  })
})
