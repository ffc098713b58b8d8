import { describe, expect, it } from 'vitest'
import { branchNamed, branchRefs, branchTip, revisionOf } from '../../../src/core/git/branch-refs.js'
import { TempRepository } from '../../support/temp-repository.js'

describe('the refs of a branch', () => {
  it('are its local and its remote branch, never a tag', () => {
    const { root, git } = repository()
    git('tag', 'v1')
    git('tag', 'main')
    git('update-ref', 'refs/remotes/origin/main', 'HEAD')
    expect(branchRefs(root, 'main')).toEqual(['refs/heads/main'])
    expect(branchRefs(root, 'origin/main')).toEqual(['refs/remotes/origin/main'])
    git('branch', 'origin/main', 'HEAD')
    expect(branchRefs(root, 'origin/main')).toEqual(['refs/heads/origin/main', 'refs/remotes/origin/main'])
    expect(branchRefs(root, 'v1')).toEqual([])
  })

  it.each([
    '',
    '@',
    'main~0',
    'main^{commit}',
    'main@{0}',
    'm*',
    'main:README.md',
    '-main',
    'a..b',
    'main\n',
    'x.lock',
    'origin',
  ])('are none for %j, which names no branch', (name) => {
    const { root, git } = repository()
    git('update-ref', 'refs/remotes/origin/main', 'HEAD')
    expect([branchRefs(root, name), branchTip(root, name)]).toEqual([[], undefined])
  })

  it('count a remote’s branch of that name where asked to', () => {
    const { root, git } = repository()
    git('update-ref', 'refs/remotes/origin/next', 'HEAD')
    expect([branchRefs(root, 'next'), branchRefs(root, 'next', 'origin')]).toEqual([
      [],
      ['refs/remotes/origin/next'],
    ])
  })

  it.each([
    ['HEAD', 'main'],
    ['refs/heads/main', 'main'],
    ['refs/remotes/origin/next', 'origin/next'],
    ['v1', undefined],
    ['HEAD~0', undefined],
  ])('are named by the revision %s as %s', (revision, name) => {
    const { root, git } = repository()
    git('update-ref', 'refs/remotes/origin/next', 'HEAD')
    git('tag', 'v1')
    expect(branchNamed(root, revision)).toBe(name)
  })

  it('have a name that git takes for the branch, also where a tag has it', () => {
    const { root, git } = repository()
    expect(revisionOf(root, 'main')).toBe('main')
    git('commit', '--quiet', '--allow-empty', '--message', 'tagged')
    git('tag', 'main')
    git('reset', '--quiet', '--hard', 'HEAD~1')
    expect(git('rev-parse', revisionOf(root, 'main'))).toBe(git('rev-parse', 'refs/heads/main'))
    expect(revisionOf(root, 'gone')).toBe('refs/heads/gone')
    expect(branchTip(root, 'main')).toBe(git('rev-parse', 'refs/heads/main').trim())
  })
})

function repository(): { root: string; git: (...args: string[]) => string } {
  const made = new TempRepository()
  return { root: made.root, git: (...args) => made.git(...args) }
}
