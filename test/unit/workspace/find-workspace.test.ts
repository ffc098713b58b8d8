import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { findWorkspace, requireInitialized } from '../../../src/core/workspace/find-workspace.js'
import { errorOf, stepsOf } from '../../support/kitty-error.js'
import { tempFolder } from '../../support/temp-folder.js'
import { gitIn, TempRepository } from '../../support/temp-repository.js'

describe('findWorkspace', () => {
  it('finds the primary checkout from any folder of it', () => {
    const repository = new TempRepository()
    const deep = join(repository.root, 'src', 'deep')
    mkdirSync(deep, { recursive: true })
    const workspace = findWorkspace(deep, {})
    expect(workspace).toMatchObject({
      root: repository.root,
      worktree: repository.root,
      gitDir: join(repository.root, '.git'),
      eventsDir: join(repository.root, '.kittify', 'events'),
      lockFile: join(repository.root, '.git', 'kitty', 'lock'),
      journalFile: join(repository.root, '.git', 'kitty', 'journal.jsonl'),
      archiveDir: join(repository.root, '.git', 'kitty', 'events'),
      tipsDir: join(repository.root, '.git', 'kitty', 'tips'),
      arrivalsFile: join(repository.root, '.git', 'kitty', 'arrivals'),
    })
    expect(Object.isFrozen(workspace)).toBe(true)
  })

  it('shares the log of the primary checkout with every linked worktree', () => {
    const repository = new TempRepository()
    const linked = join(repository.root, '.worktrees', '001-login-WP01')
    repository.git('worktree', 'add', '--quiet', linked)
    const workspace = findWorkspace(linked, {})
    expect(workspace.root).toBe(repository.root)
    expect(workspace.worktree).toBe(linked)
    expect(workspace.gitDir).toBe(join(repository.root, '.git', 'worktrees', '001-login-WP01'))
    expect(workspace.lockFile).toBe(findWorkspace(repository.root, {}).lockFile)
  })

  it('takes a submodule for a repository of its own, its linked worktrees included', () => {
    const repository = new TempRepository()
    const library = new TempRepository()
    repository.git('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', library.root, 'library')
    const submodule = join(repository.root, 'library')
    expect(findWorkspace(submodule, {}).root).toBe(submodule)
    const linked = join(tempFolder(), 'linked')
    gitIn(submodule, 'worktree', 'add', '--quiet', linked)
    expect(findWorkspace(linked, {})).toMatchObject({ root: submodule, worktree: linked })
  })

  it('finds the checkout of a git directory kept elsewhere', () => {
    const root = tempFolder()
    const gitDir = join(tempFolder(), 'repository')
    gitIn(root, 'init', '--quiet', '--separate-git-dir', gitDir)
    expect(findWorkspace(root, {})).toMatchObject({
      root,
      gitCommonDir: gitDir,
      lockFile: join(gitDir, 'kitty', 'lock'),
    })
  })

  it('finds that checkout from the worktrees in it, and names none of the others for its log', () => {
    const root = tempFolder()
    const gitDir = join(tempFolder(), 'repository')
    gitIn(root, 'init', '--quiet', '--separate-git-dir', gitDir)
    gitIn(root, 'commit', '--quiet', '--allow-empty', '--message', 'start')
    const [inside, outside] = [join(root, '.worktrees', 'inside'), join(tempFolder(), 'outside')]
    for (const linked of [inside, outside]) gitIn(root, 'worktree', 'add', '--quiet', linked)
    expect(findWorkspace(inside, {})).toMatchObject({ root, worktree: inside })
    expect(findWorkspace(inside, {}).lockFile).toBe(findWorkspace(root, {}).lockFile)
    const error = errorOf(() => findWorkspace(outside, {}))
    expect(stepsOf(error)).toEqual([
      `Set KITTY_ROOT to the checkout whose .git file names ${gitDir}: the same in every shell.`,
    ])
    expect(findWorkspace(outside, { KITTY_ROOT: root }).lockFile).toBe(join(gitDir, 'kitty', 'lock'))
  })

  it('finds it where `.git` is a link', () => {
    const repository = new TempRepository()
    const gitDir = join(tempFolder(), 'repository')
    renameSync(join(repository.root, '.git'), gitDir)
    symlinkSync(gitDir, join(repository.root, '.git'))
    const linked = join(repository.root, '.worktrees', 'linked')
    repository.git('worktree', 'add', '--quiet', linked)
    expect(findWorkspace(linked, {})).toMatchObject({ root: repository.root, worktree: linked })
  })

  it('knows the primary checkout where worktrees have settings of their own', () => {
    const repository = new TempRepository()
    const library = new TempRepository()
    repository.git('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', library.root, 'library')
    const submodule = join(repository.root, 'library')
    const linked = join(submodule, '.worktrees', 'linked')
    gitIn(submodule, 'worktree', 'add', '--quiet', linked)
    gitIn(linked, 'sparse-checkout', 'set', 'docs')
    expect(gitIn(submodule, 'config', '--file', '../.git/modules/library/config', '--list')).not.toContain(
      'core.worktree',
    )
    expect(findWorkspace(linked, {})).toMatchObject({ root: submodule, worktree: linked })
  })

  it('still takes a bare repository for one where worktrees have settings of their own', () => {
    const project = tempFolder()
    const bare = join(project, '.git')
    gitIn(project, 'clone', '--quiet', '--bare', new TempRepository().root, bare)
    const linked = join(project, 'linked')
    gitIn(bare, 'worktree', 'add', '--quiet', linked, 'main')
    gitIn(linked, 'sparse-checkout', 'set', 'docs')
    const error = errorOf(() => findWorkspace(linked, {}))
    expect(error.message).toContain('is bare')
    expect(stepsOf(error).join()).toContain(`KITTY_ROOT=${linked}`)
  })

  it('follows core.worktree', () => {
    const repository = new TempRepository()
    const elsewhere = tempFolder()
    repository.git('config', 'core.worktree', elsewhere)
    expect(findWorkspace(repository.root, {}).root).toBe(elsewhere)
  })

  it('says of a worktree of a bare repository that KITTY_ROOT is to be set, and works once it is', () => {
    const bare = join(tempFolder(), 'bare.git')
    const repository = new TempRepository()
    repository.git('clone', '--quiet', '--bare', repository.root, bare)
    const linked = join(tempFolder(), 'linked')
    gitIn(bare, 'worktree', 'add', '--quiet', linked, 'main')
    const error = errorOf(() => findWorkspace(linked, {}))
    expect(error).toMatchObject({ kind: 'NotAGitRepository', exitCode: 5 })
    expect(stepsOf(error).join()).toContain('KITTY_ROOT=')
    expect(findWorkspace(linked, { KITTY_ROOT: linked }).root).toBe(linked)
  })

  it('gives one and the same hint from everywhere around a bare repository', () => {
    const repository = new TempRepository()
    repository.git('branch', 'feature')
    const project = tempFolder()
    const bare = join(project, '.bare')
    repository.git('clone', '--quiet', '--bare', repository.root, bare)
    const hintFrom = (folder: string) => stepsOf(errorOf(() => findWorkspace(folder, {})))
    expect(hintFrom(bare)).toEqual([`git -C ${bare} worktree add ../main   # makes a worktree for the log`])
    writeFileSync(join(project, '.git'), 'gitdir: ./.bare\n')
    gitIn(bare, 'worktree', 'add', '--quiet', join(project, 'feature'), 'feature')
    gitIn(bare, 'worktree', 'add', '--quiet', join(project, 'main'), 'main')
    const places = [bare, join(bare, 'refs'), project, join(project, 'feature'), join(project, 'main')]
    const hint = [
      `export KITTY_ROOT=${join(project, 'main')}   # keeps the log in one worktree: the same in every shell`,
    ]
    for (const place of places) {
      expect(hintFrom(place), place).toEqual(hint)
      expect(findWorkspace(place, { KITTY_ROOT: join(project, 'main') }).root).toBe(join(project, 'main'))
    }
    // As worktree.useRelativePaths writes them.
    for (const name of ['feature', 'main'])
      writeFileSync(join(bare, 'worktrees', name, 'gitdir'), `../../../${name}/.git\n`)
    expect(hintFrom(bare)).toEqual(hint)
  })

  it('takes a folder whose git directory is declared bare for no checkout, as git does', () => {
    const repository = new TempRepository()
    repository.git('config', 'core.bare', 'true')
    expect(errorOf(() => findWorkspace(repository.root, {})).message).toContain('no primary checkout')
  })

  it('refuses a folder outside any repository and a checkout whose git directory is gone', () => {
    const outside = tempFolder()
    expect(errorOf(() => findWorkspace(outside, {}))).toMatchObject({
      kind: 'NotAGitRepository',
      exitCode: 5,
    })
    const repository = new TempRepository()
    const linked = join(tempFolder(), 'linked')
    repository.git('worktree', 'add', '--quiet', linked)
    rmSync(join(repository.root, '.git', 'worktrees'), { recursive: true })
    expect(errorOf(() => findWorkspace(linked, {})).message).toContain(join(linked, '.git'))
  })

  it('walks past a .git folder that is no repository, as git does', () => {
    const repository = new TempRepository()
    const inside = join(repository.root, 'leftover')
    mkdirSync(join(inside, '.git'), { recursive: true })
    expect(findWorkspace(inside, {}).root).toBe(repository.root)
  })

  it('says of a KITTY_ROOT that leads in circles or is too long that it is no folder', () => {
    const folder = tempFolder()
    symlinkSync('circle', join(folder, 'circle'))
    for (const KITTY_ROOT of [join(folder, 'circle'), join(folder, 'x'.repeat(5000))])
      expect(errorOf(() => findWorkspace(folder, { KITTY_ROOT }))).toMatchObject({
        kind: 'UsageError',
        message: expect.stringContaining('which is not a folder') as string,
      })
  })

  it('obeys KITTY_ROOT from anywhere, and gives a second log of one repository a journal of its own', () => {
    const repository = new TempRepository()
    const linked = join(tempFolder(), 'linked')
    repository.git('worktree', 'add', '--quiet', linked)
    const primary = findWorkspace(tempFolder(), { KITTY_ROOT: repository.root })
    const second = findWorkspace(repository.root, { KITTY_ROOT: linked })
    expect(primary.privateDir).toBe(join(repository.root, '.git', 'kitty'))
    expect(second).toMatchObject({ root: linked, worktree: repository.root })
    expect(second.journalFile).not.toBe(primary.journalFile)
    const folder = join(repository.root, 'deep', 'project')
    mkdirSync(folder, { recursive: true })
    const third = findWorkspace(folder, { KITTY_ROOT: folder })
    expect(third.worktree).toBe(repository.root)
    expect([primary.journalFile, second.journalFile]).not.toContain(third.journalFile)
  })

  it('knows git’s directory of the checkout the log lies in, wherever the command runs', () => {
    const repository = new TempRepository()
    const linked = join(repository.root, '.worktrees', 'linked')
    repository.git('worktree', 'add', '--quiet', linked)
    const ofPrimary = join(repository.root, '.git')
    const ofLinked = join(ofPrimary, 'worktrees', 'linked')
    expect(findWorkspace(linked, {})).toMatchObject({ logGitDir: ofPrimary, gitDir: ofLinked })
    const named = { KITTY_ROOT: linked }
    expect(findWorkspace(repository.root, named)).toMatchObject({ logGitDir: ofLinked, gitDir: ofPrimary })
  })

  it('refuses a KITTY_ROOT that is no folder', () => {
    const missing = join(tempFolder(), 'missing')
    expect(errorOf(() => findWorkspace('/', { KITTY_ROOT: missing }))).toMatchObject({
      kind: 'UsageError',
      exitCode: 2,
    })
    writeFileSync(missing, '')
    expect(errorOf(() => findWorkspace('/', { KITTY_ROOT: missing })).message).toContain(missing)
  })

  it('tells a repository without kitty from one with it', () => {
    const repository = new TempRepository()
    const workspace = findWorkspace(repository.root, {})
    expect(errorOf(() => requireInitialized(workspace))).toMatchObject({
      kind: 'NotInitialised',
      exitCode: 5,
      nextSteps: [{ text: 'kitty init', argv: ['kitty', 'init'] }],
    })
    mkdirSync(workspace.kittyDir)
    expect(() => requireInitialized(workspace)).not.toThrow()
    renameSync(workspace.kittyDir, `${workspace.kittyDir}-away`)
    expect(() => requireInitialized(workspace)).toThrow()
  })
})
