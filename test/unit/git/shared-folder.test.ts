import { lstatSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { makeFolder } from '../../../src/core/git/shared-folder.js'
import { POSIX } from '../../support/posix.js'
import { tempFolder } from '../../support/temp-folder.js'
import { gitIn } from '../../support/temp-repository.js'

function repositoryOf(shared: string): string {
  const root = tempFolder()
  gitIn(root, 'init', '--quiet')
  gitIn(root, 'config', 'core.sharedRepository', shared)
  return root
}

const modeOf = (path: string): number => lstatSync(path).mode & 0o7777

describe.runIf(POSIX)('a new folder', () => {
  it.each([
    ['group', undefined, 0o2775],
    ['group', 0o700, 0o2770],
    ['all', 0o700, 0o2775],
    ['0640', 0o700, 0o2750],
    ['false', 0o700, 0o700],
  ] as const)('where core.sharedRepository is %s, with mode %o, gets %o', (shared, mode, expected) => {
    const root = repositoryOf(shared)
    const before = process.umask(0o022)
    try {
      makeFolder(join(root, '.git', 'kitty', 'events'), mode)
    } finally {
      process.umask(before)
    }
    expect([join(root, '.git', 'kitty'), join(root, '.git', 'kitty', 'events')].map(modeOf)).toEqual([
      expected,
      expected,
    ])
  })

  it('leaves a folder that is there as it is', () => {
    const root = repositoryOf('group')
    mkdirSync(join(root, 'there'), { mode: 0o700 })
    makeFolder(join(root, 'there', 'new'))
    expect(modeOf(join(root, 'there'))).toBe(0o700)
  })

  it('in a git directory gets what that one says, bare or a submodule’s, not a checkout around it', () => {
    const root = repositoryOf('false')
    for (const inside of ['bare.git', '.git/modules/part']) {
      gitIn(root, 'init', '--quiet', '--bare', '--shared=group', inside)
      makeFolder(join(root, inside, 'kitty'))
      expect(modeOf(join(root, inside, 'kitty')) & 0o2070, inside).toBe(0o2070)
    }
  })
})
