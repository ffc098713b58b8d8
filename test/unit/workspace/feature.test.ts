import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { currentBranch } from '../../../src/core/git/branch.js'
import { type FeatureClues, resolveFeature } from '../../../src/core/workspace/feature.js'
import { assertNewSlug, assertSlug } from '../../../src/core/workspace/slug.js'
import { normalizeWorkPackageId } from '../../../src/core/specs/work-package-id.js'
import { errorOf, stepsOf } from '../../support/kitty-error.js'
import { TempRepository } from '../../support/temp-repository.js'

const FEATURES = ['002-search', '017-login', '023-export']
const CLUES: FeatureClues = { env: {}, cwd: '/repo', worktree: '/repo', features: FEATURES }

const HOSTILE = [
  '../..',
  '../../etc',
  '/etc',
  'a/../../b',
  'C:\\',
  'CON',
  '.git',
  '001-a\u0000b',
  `001-${'a'.repeat(300)}`,
  '001-caf\u00e9',
  '001-cafe\u0301',
  '001-\u202etxt.exe',
  '001-a\n',
  '001-A',
  '__proto__',
]

describe('resolveFeature', () => {
  it.each([
    [
      'the flag before everything else',
      { flag: '023-export', env: { KITTY_FEATURE: '002-search' }, branch: '017-login' },
      '023-export',
    ],
    [
      'the environment before the branch',
      { env: { KITTY_FEATURE: '002-search' }, branch: '017-login' },
      '002-search',
    ],
    [
      'the branch before the folder',
      { branch: '017-login', cwd: '/repo/kitty-specs/002-search' },
      '017-login',
    ],
    ['a work package’s branch', { branch: '017-login-WP03' }, '017-login'],
    ['the folder of its specs', { cwd: '/repo/kitty-specs/002-search/tasks' }, '002-search'],
    [
      'the worktree of a work package',
      { cwd: '/repo/.worktrees/023-export-WP01/src', worktree: '/repo/.worktrees/023-export-WP01' },
      '023-export',
    ],
    ['its number', { flag: '017' }, '017-login'],
    ['its number without zeros', { flag: '17' }, '017-login'],
    ['its words', { flag: 'login' }, '017-login'],
    [
      'its ULID in either case',
      { flag: '01kw6n8w', features: [...FEATURES, 'pay-01KW6N8W'] },
      'pay-01KW6N8W',
    ],
    ['its whole name', { flag: 'pay-01KW6N8W', features: [...FEATURES, 'pay-01KW6N8W'] }, 'pay-01KW6N8W'],
    [
      'the branch of one with a ULID',
      { branch: 'pay-01KW6N8W-WP02', features: ['pay-01KW6N8W', '001-a'] },
      'pay-01KW6N8W',
    ],
    ['a number before a ULID', { flag: '01234567', features: ['1234567-a', 'b-01234567'] }, '1234567-a'],
    ['the only one there is', { features: ['002-search'] }, '002-search'],
    [
      'the folder, when the branch names no feature there is',
      { branch: '099-other', cwd: '/repo/kitty-specs/002-search' },
      '002-search',
    ],
    [
      'the only one, when flag and environment are empty',
      { flag: '', env: { KITTY_FEATURE: '' }, features: ['002-search'] },
      '002-search',
    ],
  ] satisfies [string, Partial<FeatureClues>, string][])('takes %s', (_, clues, expected) => {
    expect(resolveFeature({ ...CLUES, ...clues })).toBe(expected)
  })

  it('never guesses between several: it lists them', () => {
    const error = errorOf(() => resolveFeature({ ...CLUES, branch: 'main' }))
    expect(error).toMatchObject({ kind: 'AmbiguousFeature', exitCode: 2, context: { features: FEATURES } })
    expect(stepsOf(error)).toContain('--feature 017-login')
  })

  it('lists the features there are when the one asked for is unknown', () => {
    const error = errorOf(() => resolveFeature({ ...CLUES, flag: '042-missing' }))
    expect(error).toMatchObject({ kind: 'UnknownFeature', exitCode: 2, context: { features: FEATURES } })
    for (const flag of ['42', 'missing', 'log-in'])
      expect(errorOf(() => resolveFeature({ ...CLUES, flag })).kind).toBe('UnknownFeature')
  })

  it('refuses a number that two features share', () => {
    const features = ['041-plan', '041-glossary']
    expect(errorOf(() => resolveFeature({ ...CLUES, features, flag: '41' }))).toMatchObject({
      kind: 'AmbiguousFeature',
      context: { features },
    })
  })

  it('refuses words that two features share, and names that differ only in case', () => {
    const features = ['017-login', 'login-01KW6N8W']
    expect(errorOf(() => resolveFeature({ ...CLUES, features, flag: 'login' }))).toMatchObject({
      kind: 'AmbiguousFeature',
      exitCode: 2,
      context: { features },
    })
    const twins = ['login-01KW6N8W', 'login-01kw6n8w']
    expect(
      errorOf(() => resolveFeature({ ...CLUES, features: twins, flag: 'login-01kw6n8w' })),
    ).toMatchObject({
      kind: 'AmbiguousFeature',
      context: { features: twins },
    })
  })

  it('says how to make the first feature when there is none', () => {
    expect(stepsOf(errorOf(() => resolveFeature({ ...CLUES, features: [] }))).join()).toContain('setup-spec')
  })

  it.each(HOSTILE)('refuses %j and names the allowed form', (flag) => {
    const error = errorOf(() => resolveFeature({ ...CLUES, flag }))
    expect(error).toMatchObject({ kind: 'UsageError', exitCode: 2 })
    expect(stepsOf(error).join()).toContain('allowed form')
  })

  it('answers with a feature there is or not at all', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string(), (flag, branch, cwd) => {
        try {
          expect(FEATURES).toContain(resolveFeature({ ...CLUES, flag, branch, cwd }))
        } catch (error) {
          expect(error).toMatchObject({ exitCode: 2 })
        }
      }),
    )
  })
})

describe('slugs', () => {
  it.each(HOSTILE)('are never %j, numbered or new', (slug) => {
    expect(errorOf(() => assertSlug(slug)).kind).toBe('UsageError')
    expect(errorOf(() => assertNewSlug(slug)).kind).toBe('UsageError')
  })

  it('are accepted in the form real features have', (context) => {
    const data = process.env['KITTY_SHARED_DATA'] ?? '../shared/data'
    let folders: string[]
    try {
      folders = readdirSync(join(data, 'kitty-specs'), { withFileTypes: true }).flatMap((entry) =>
        entry.isDirectory() ? entry.name : [],
      )
    } catch {
      process.stderr.write(`skipped: ${data}/kitty-specs is missing\n`)
      return context.skip()
    }
    expect(folders.length).toBeGreaterThan(0)
    for (const slug of folders) {
      expect(() => assertSlug(slug)).not.toThrow()
      expect(() => assertNewSlug(slug.slice(4))).not.toThrow()
    }
  })
})

describe('normalizeWorkPackageId', () => {
  it.each([
    ['wp1', 'WP01'],
    ['WP1', 'WP01'],
    ['WP01', 'WP01'],
    ['wp12', 'WP12'],
    ['WP123', 'WP123'],
  ])('reads %s as %s', (text, id) => {
    expect(normalizeWorkPackageId(text)).toBe(id)
  })

  it.each(['', 'WP', '1', 'WP1a', 'WP-1', 'WP 1', 'xWP1', 'WP1\n', '../WP1', 'WP\u0661'])(
    'refuses %j',
    (text) => {
      expect(errorOf(() => normalizeWorkPackageId(text))).toMatchObject({ kind: 'UsageError', exitCode: 2 })
    },
  )
})

describe('currentBranch', () => {
  it('reads the branch, a detached HEAD as none, and a missing one as none', () => {
    const repository = new TempRepository()
    const gitDir = join(repository.root, '.git')
    repository.git('switch', '--quiet', '--create', '017-login-WP03')
    expect(currentBranch(gitDir)).toBe('017-login-WP03')
    repository.git('switch', '--quiet', '--detach')
    expect(currentBranch(gitDir)).toBeUndefined()
    writeFileSync(join(gitDir, 'HEAD'), 'ref: refs/heads/.invalid\n')
    expect(currentBranch(gitDir)).toBeUndefined()
    rmSync(join(gitDir, 'HEAD'))
    expect(currentBranch(gitDir)).toBeUndefined()
    mkdirSync(join(gitDir, 'HEAD'))
    expect(() => currentBranch(gitDir)).toThrow()
  })
})
