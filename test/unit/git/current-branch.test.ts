import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { currentBranch } from '../../../src/core/git/branch.js'
import { tempFolder } from '../../support/temp-folder.js'

function branchIn(head: string): string | undefined {
  const gitDir = tempFolder()
  writeFileSync(join(gitDir, 'HEAD'), head)
  return currentBranch(gitDir)
}

describe('the branch that is checked out', () => {
  it.each([
    ['ref: refs/heads/main\n', 'main'],
    ['ref: refs/heads/001-login-WP01\r\n', '001-login-WP01'],
    ['ref: refs/heads/main  \n\n', 'main'],
    ['0123456789012345678901234567890123456789\n', undefined],
    ['ref: refs/heads/.invalid\n', undefined],
  ])('is read from %j', (head, branch) => {
    expect(branchIn(head)).toBe(branch)
  })

  it('is read in linear time, whatever HEAD holds', () => {
    const blanks = ' '.repeat(2_000_000)
    expect(branchIn(`ref: refs/heads/a${blanks}b`)).toBe(`a${blanks}b`)
  }, 5_000)
})
