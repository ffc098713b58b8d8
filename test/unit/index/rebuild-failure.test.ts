import { describe, expect, it } from 'vitest'
import { IndexUnusable } from '../../../src/core/index/index-unusable.js'
import { rebuildFailure } from '../../../src/core/index/rebuild-failure.js'

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
    expect(rebuildFailure(error, '/tmp/index.db')).toMatchObject({ kind: 'LockTimeout' })
  })

  it('anything else comes as it is', () => {
    const error = new TypeError('a defect')
    expect(rebuildFailure(error, '/tmp/index.db')).toBe(error)
  })
})
