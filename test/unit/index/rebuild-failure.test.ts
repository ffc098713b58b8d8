import { describe, expect, it } from 'vitest'
import { isKittyError, type KittyError } from '../../../src/core/errors/kitty-error.js'
import { IndexUnusable } from '../../../src/core/index/index-unusable.js'
import { rebuildFailure } from '../../../src/core/index/rebuild-failure.js'
import { stepsOf } from '../../support/kitty-error.js'

function kittyError(error: unknown): KittyError {
  if (isKittyError(error)) return error
  throw error
}

function coded(code: string): Error {
  return Object.assign(new Error(`${code}: as the system says`), { code })
}

describe('why an index was not rebuilt', () => {
  it.each([
    ['ENOSPC', 'DiskFull'],
    ['SQLITE_FULL', 'DiskFull'],
    ['EACCES', 'NotWritable'],
    ['EMFILE', 'NotWritable'],
    ['SQLITE_CANTOPEN', 'NotWritable'],
    ['EIO', 'DamagedData'],
    ['SQLITE_IOERR', 'DamagedData'],
  ])('%s is %s', (code, kind) => {
    const error = new IndexUnusable('damaged', 'a new index cannot be written', { cause: coded(code) })
    expect(rebuildFailure(error, '/tmp/index.db')).toMatchObject({ kind })
  })

  it('is not called read-only by what SQLite says after any failure to open it', () => {
    const error = new IndexUnusable('damaged', 'attempt to write a readonly database', {
      cause: coded('SQLITE_READONLY'),
    })
    expect(rebuildFailure(error, '/tmp/index.db')).toMatchObject({
      kind: 'NotWritable',
      message: '/tmp/index.db was not rebuilt: attempt to write a readonly database',
    })
  })

  it('an index that others keep in use is a lock that was waited for', () => {
    const error = new IndexUnusable('busy', 'the index is in use by another process')
    const failure = kittyError(rebuildFailure(error, '/tmp/index.db'))
    expect(failure).toMatchObject({ kind: 'LockTimeout', context: { path: '/tmp/index.db' }, cause: error })
    expect(failure.message).toBe('/tmp/index.db was not rebuilt: other processes keep it in use.')
    expect(stepsOf(failure)).toEqual([
      'run the command again',
      expect.stringMatching(/lsof \/tmp\/index\.db.*shows who has it open|shows who has it open.*lsof/),
    ])
  })

  it('a module that is missing is a dependency to install', () => {
    const error = new IndexUnusable('unavailable', 'the SQLite module cannot be loaded')
    const failure = kittyError(rebuildFailure(error, '/tmp/index.db'))
    expect(failure).toMatchObject({
      kind: 'MissingDependency',
      context: { path: '/tmp/index.db' },
      cause: error,
    })
    expect(failure.message).toBe('/tmp/index.db was not rebuilt: the SQLite module cannot be loaded')
    expect(stepsOf(failure).join()).toContain('install')
  })

  it('a disk that fails says what was not stored', () => {
    const error = new IndexUnusable('damaged', 'no space', { cause: coded('ENOSPC') })
    expect(kittyError(rebuildFailure(error, '/tmp/index.db')).message).toContain('not stored')
  })

  it('an unknown failure says where to look', () => {
    const error = new IndexUnusable('damaged', 'something else')
    const failure = kittyError(rebuildFailure(error, '/tmp/index.db'))
    expect(failure).toMatchObject({ kind: 'NotWritable', context: { path: '/tmp/index.db' }, cause: error })
    expect(stepsOf(failure)).toEqual(['look at /tmp/index.db and its folder', 'run the command again'])
  })

  it('anything else comes as it is', () => {
    const error = new TypeError('a defect')
    expect(rebuildFailure(error, '/tmp/index.db')).toBe(error)
  })
})
