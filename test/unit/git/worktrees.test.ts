import { cpSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, it, vi } from 'vitest'
import { listWorktrees } from '../../../src/core/git/worktrees.js'
import { realGit, shims } from '../../support/kitty.js'
import { POSIX } from '../../support/posix.js'
import { tempFolder } from '../../support/temp-folder.js'
import { TempRepository } from '../../support/temp-repository.js'

afterEach(() => vi.unstubAllEnvs())

function repository(): TempRepository {
  const repository = new TempRepository()
  repository.write('a.txt', 'a\n')
  repository.commitAll('first')
  return repository
}

it.runIf(POSIX)('worktrees are listed by their whole paths, also with line breaks in them', () => {
  const here = repository()
  const odd = join(tempFolder(), 'one\n\nworktree two\nbranch refs/heads/none')
  here.git('worktree', 'add', '--quiet', '-b', 'odd', odd)
  here.git('worktree', 'lock', '--reason', 'on a stick', odd)
  expect(listWorktrees(here.root)).toMatchObject([
    { path: here.root, branch: 'main', exists: true, locked: undefined },
    { path: odd, branch: 'odd', exists: true, locked: 'on a stick' },
  ])
})

it('the primary checkout of a submodule is listed by its own path', () => {
  const outer = repository()
  const allowed = ['-c', 'protocol.file.allow=always']
  outer.git(...allowed, 'submodule', '--quiet', 'add', repository().root, 'sub')
  const sub = outer.path('sub')
  expect(listWorktrees(sub)).toMatchObject([{ path: sub, branch: 'main', exists: true }])
})

it('a worktree of the repository that this one is a copy of is not there, and foreign', () => {
  const here = repository()
  const path = join(tempFolder(), 'two')
  here.git('worktree', 'add', '--quiet', '-b', 'two', path)
  const copy = join(tempFolder(), 'copy')
  cpSync(here.root, copy, { recursive: true })
  expect(listWorktrees(here.root)[1]).toMatchObject({ path, exists: true, isForeign: false })
  expect(listWorktrees(copy)).toMatchObject([
    { path: copy, exists: true, isForeign: false },
    { path, exists: false, isForeign: true },
  ])
  rmSync(join(here.root, '.git', 'worktrees'), { recursive: true })
  expect(listWorktrees(copy)[1]).toMatchObject({ path, exists: false, isForeign: false })
})

it.runIf(POSIX)('worktrees are listed by a git that does not know -z, too', () => {
  const here = repository()
  const path = join(tempFolder(), 'two')
  here.git('worktree', 'add', '--quiet', '-b', 'two', path)
  const old = `#!/bin/sh\nfor word; do [ "$word" = -z ] && exit 129; done\nexec ${realGit()} "$@"\n`
  vi.stubEnv('PATH', shims({ git: old }).PATH)
  expect(listWorktrees(here.root)).toMatchObject([{ branch: 'main' }, { path, branch: 'two', exists: true }])
})
