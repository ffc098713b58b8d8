import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { gitEnvironment } from '../../../src/core/git/environment.js'
import {
  askGit,
  askGitFields,
  askGitText,
  assertGitTrusts,
  git,
  GitRefusal,
  resolveCommit,
} from '../../../src/core/git/git.js'
import { readObjects } from '../../../src/core/git/objects.js'
import { errorOf } from '../../support/kitty-error.js'
import { POSIX } from '../../support/posix.js'
import { tempFolder } from '../../support/temp-folder.js'
import { gitIn, TempRepository } from '../../support/temp-repository.js'

afterEach(() => {
  vi.unstubAllEnvs()
})

/** Git takes the repository for someone else's, and no configuration says otherwise. */
function anotherOwner(): TempRepository {
  const repository = new TempRepository()
  vi.stubEnv('GIT_TEST_ASSUME_DIFFERENT_OWNER', '1')
  vi.stubEnv('GIT_CONFIG_GLOBAL', '/dev/null')
  vi.stubEnv('GIT_CONFIG_SYSTEM', '/dev/null')
  return repository
}

describe('the git adapter', () => {
  it('drops a hook’s variables and passes on the caller’s configuration', () => {
    const passed = {
      GIT_CONFIG_GLOBAL: 'a',
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: 'b',
      GIT_CONFIG_PARAMETERS: 'c',
      GIT_AUTHOR_NAME: 'd',
      GIT_SSH_COMMAND: 'e',
      HOME: '/h',
    }
    const env = gitEnvironment({
      ...passed,
      GIT_DIR: 'x',
      GIT_INDEX_FILE: 'x',
      GIT_WORK_TREE: 'x',
      GIT_CONFIG: 'x',
      GIT_EXTERNAL_DIFF: 'x',
      GIT_LITERAL_PATHSPECS: '1',
    })
    expect(env).toEqual({
      ...passed,
      GIT_OPTIONAL_LOCKS: '0',
      GIT_TERMINAL_PROMPT: '0',
      LC_ALL: 'C',
      LANGUAGE: 'C',
    })
  })

  it('tells git’s no from a failure', () => {
    const { root } = new TempRepository()
    expect(askGit(root, ['config', '--get', 'no.such'])).toBeUndefined()
    expect(askGitFields(root, ['config', '-z', '--get-regexp', '^no[.]'])).toEqual([])
    const refusal = errorOf(() => askGit(root, ['cat-file', 'blob', 'nothing']))
    expect(refusal).toBeInstanceOf(GitRefusal)
    expect(refusal).toMatchObject({ kind: 'GitFailure', exitCode: 5, status: 128 })
    expect(refusal.message).toContain('Not a valid object name')
  })

  it('answers undefined for what names no commit, and for what git calls fatal there', () => {
    const { root } = new TempRepository()
    for (const revision of ['nope', '--output=x', 'HEAD@{99}', '@{upstream}', 'a..b', '', 'a\0b'])
      expect(resolveCommit(root, revision), JSON.stringify(revision)).toBeUndefined()
    expect(resolveCommit(root, 'HEAD')).toMatch(/^[0-9a-f]{40}$/)
  })

  it('does not take for a no what git could not read: its configuration, a commit', () => {
    const { root } = new TempRepository()
    const commit = gitIn(root, 'rev-parse', 'HEAD').trim()
    const broken = join(tempFolder(), 'gitconfig')
    writeFileSync(broken, '[core\n')
    vi.stubEnv('GIT_CONFIG_GLOBAL', broken)
    for (const revision of ['HEAD', 'HEAD@{99}', 'nope'])
      expect(errorOf(() => resolveCommit(root, revision))).toMatchObject({
        kind: 'GitFailure',
        message: expect.stringContaining('bad config') as string,
      })
    vi.stubEnv('GIT_CONFIG_GLOBAL', '/dev/null')
    rmSync(join(root, '.git', 'objects', commit.slice(0, 2), commit.slice(2)))
    for (const revision of ['HEAD', 'refs/heads/main'])
      expect(errorOf(() => resolveCommit(root, revision))).toMatchObject({
        kind: 'GitFailure',
        message: `${revision} of ${root} is ${commit}, a commit that git cannot read.`,
      })
    gitIn(root, 'symbolic-ref', 'HEAD', 'refs/heads/unborn')
    expect(resolveCommit(root, 'HEAD')).toBeUndefined()
  })

  it('says what to type when git refuses a repository of another owner, whatever is asked', () => {
    const { root } = anotherOwner()
    const asked: readonly (() => unknown)[] = [
      () => askGit(root, ['rev-parse', '--show-prefix']),
      () => readObjects(root, ['HEAD'], 1024),
      () => resolveCommit(root, 'HEAD'),
      // It looks for a repository on its own and says that there is none.
      () => askGit(root, ['config', '--local', '--get', 'a.b']),
      () => {
        assertGitTrusts(root)
      },
    ]
    for (const ask of asked)
      expect(errorOf(ask)).toMatchObject({
        kind: 'UnsafeSetup',
        exitCode: 5,
        nextSteps: [{ text: `git config --global --add safe.directory ${root}` }],
      })
  })

  it('believes safe.directory from the global file, from counted variables and from `git -c`', () => {
    const { root } = anotherOwner()
    const file = join(tempFolder(), 'gitconfig')
    writeFileSync(file, `[safe]\n\tdirectory = ${root}\n`)
    const ways: readonly Readonly<Record<string, string>>[] = [
      { GIT_CONFIG_GLOBAL: file },
      { GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: 'safe.directory', GIT_CONFIG_VALUE_0: root },
      { GIT_CONFIG_PARAMETERS: `'safe.directory'='${root}'` },
    ]
    for (const way of ways) {
      for (const [name, value] of Object.entries(way)) vi.stubEnv(name, value)
      expect(resolveCommit(root, 'HEAD'), Object.keys(way).join()).toBeDefined()
      for (const name of Object.keys(way))
        vi.stubEnv(name, name === 'GIT_CONFIG_GLOBAL' ? '/dev/null' : undefined)
    }
    expect(errorOf(() => resolveCommit(root, 'HEAD')).kind).toBe('UnsafeSetup')
  })

  it('says that there is no git, and never runs one of the work tree', () => {
    const repository = new TempRepository()
    const bin = join(repository.root, 'bin')
    mkdirSync(bin)
    for (const name of ['git', 'git.exe', 'git.cmd', join('bin', 'git'), join('bin', 'git.exe')]) {
      const path = repository.write(name, '#!/bin/sh\ntouch "$0.ran"\n')
      chmodSync(path, 0o755)
    }
    vi.stubEnv('PATH', ['', '.', repository.root, bin].join(delimiter))
    expect(errorOf(() => git(repository.root, ['--version']))).toMatchObject({
      kind: 'MissingDependency',
      exitCode: 5,
    })
    vi.unstubAllEnvs()
    vi.stubEnv('PATH', ['.', bin, process.env['PATH'] ?? ''].join(delimiter))
    expect(askGitText(repository.root, ['--version'])).toMatch(/^git version/)
    expect(askGitText(bin, ['--version'])).toMatch(/^git version/)
    vi.unstubAllEnvs()
    expect(repository.git('status', '--porcelain')).not.toContain('.ran')
  })

  it.runIf(POSIX)('takes a git that is stopped, or a folder that is gone, for no answer', () => {
    const { root } = new TempRepository()
    const bin = tempFolder()
    writeFileSync(join(bin, 'git'), '#!/bin/sh\nkill -9 $$\n', { mode: 0o755 })
    expect(errorOf(() => askGit(join(root, 'missing'), ['--version'])).kind).toBe('GitFailure')
    vi.stubEnv('PATH', `${bin}${delimiter}${process.env['PATH'] ?? ''}`)
    const stopped = errorOf(() => askGit(root, ['rev-parse', 'HEAD']))
    expect(stopped).not.toBeInstanceOf(GitRefusal)
    expect(stopped).toMatchObject({ kind: 'GitFailure' })
    expect(stopped.message).toContain('SIGKILL')
  })
})
