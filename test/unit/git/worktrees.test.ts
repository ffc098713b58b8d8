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

it.runIf(POSIX)('worktrees are listed by a git that does not know -z, too', () => {
  const here = repository()
  const path = join(tempFolder(), 'two')
  here.git('worktree', 'add', '--quiet', '-b', 'two', path)
  const old = `#!/bin/sh\nfor word; do [ "$word" = -z ] && exit 129; done\nexec ${realGit()} "$@"\n`
  vi.stubEnv('PATH', shims({ git: old }).PATH)
  expect(listWorktrees(here.root)).toMatchObject([{ branch: 'main' }, { path, branch: 'two', exists: true }])
})
