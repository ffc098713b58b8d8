import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { isKittyError, KittyError } from '../../../src/core/errors/kitty-error.js'
import { storageError, unconverted } from '../../../src/core/files/storage-error.js'
import { tempFolder } from '../../support/temp-folder.js'
import { POSIX } from '../../support/posix.js'

function systemError(code: string, errno = -1): Error {
  return Object.assign(new Error(`${code}: something`), { code, errno })
}

function kittyError(code: string, path: string, errno?: number): KittyError {
  const error = storageError(systemError(code, errno), path, 'not stored')
  if (!isKittyError(error)) throw new Error('not a KittyError')
  return error
}

describe('storageError', () => {
  it.each([
    ['ENOSPC', 'DiskFull', 3, /not stored: disk full.*KiB free/],
    ['EDQUOT', 'DiskFull', 3, /quota/],
    ['EFBIG', 'NotWritable', 3, /file size limit/],
    ['EROFS', 'NotWritable', 3, /read-only/],
    ['EMFILE', 'NotWritable', 3, /too many open files/],
    ['EIO', 'DamagedData', 3, /I\/O error/],
    ['EDOM', 'NotWritable', 3, /EDOM/],
    ['ELOOP', 'UnsafeSetup', 5, /symbolic link/],
    ['ENXIO', 'UnsafeSetup', 5, /FIFO/],
  ])('reads %s as %s', (code, kind, exitCode, message) => {
    const path = join(tempFolder(), 'day.jsonl')
    const error = kittyError(code, path)
    expect(error).toMatchObject({ kind, exitCode, message: expect.stringMatching(message) as string })
    expect(error.message).toContain(path)
    expect(error.nextSteps.length).toBeGreaterThan(0)
  })

  it('knows the quota by the number node gives it', () => {
    expect(kittyError('UNKNOWN', join(tempFolder(), 'x'), -122).kind).toBe('DiskFull')
    expect(kittyError('UNKNOWN', join(tempFolder(), 'x'), -5).kind).toBe('NotWritable')
  })

  it.runIf(POSIX)(
    'names the mode of what may not be written: the file, or its folder where there is none',
    () => {
      const folder = tempFolder()
      const path = join(folder, 'day.jsonl')
      chmodSync(folder, 0o755)
      expect(kittyError('EACCES', path).message).toContain(`mode of ${folder} is 0755`)
      writeFileSync(path, '')
      chmodSync(path, 0o444)
      expect(kittyError('EACCES', path).message).toContain(`mode of ${path} is 0444`)
    },
  )

  it('returns what is none of the system’s errors as it came', () => {
    const bug = new TypeError('a bug')
    const own = new KittyError('ValidationError', 'refused')
    expect(storageError(bug, '/x', 'not stored')).toBe(bug)
    expect(storageError(own, '/x', 'not stored')).toBe(own)
  })
})

describe('an error of a file call that no one has converted', () => {
  const failure = (code: string, syscall: string, path?: string): Error =>
    Object.assign(systemError(code), { syscall, ...(path !== undefined && { path }) })

  it.each([
    ['EMFILE', 'open', 'NotWritable', /\/x\/y was not readable: too many open files/],
    ['ENOSPC', 'mkdir', 'DiskFull', /\/x\/y was not stored: disk full/],
    ['EIO', 'scandir', 'DamagedData', /not readable/],
    ['ENAMETOOLONG', 'stat', 'NotWritable', /\/x\/y was not readable: name too long/],
    ['ELOOP', 'stat', 'UnsafeSetup', /\/x\/y is a symbolic link/],
  ])('%s of %s is read as %s', (code, syscall, kind, message) => {
    expect(unconverted(failure(code, syscall, '/x/y'))).toMatchObject({
      kind,
      message: expect.stringMatching(message) as string,
    })
  })

  it('has what the system says where no path is known', () => {
    expect(unconverted(failure('EIO', 'write'))).toMatchObject({
      kind: 'DamagedData',
      message: 'A file could not be used: I/O error: EIO: something',
    })
  })

  it.each([
    ['a file that is not there', failure('ENOENT', 'open', '/x/y')],
    ['a program that cannot be started', failure('EACCES', 'spawn git', '/usr/bin/git')],
    ['an error of no call', systemError('EIO')],
    ['a defect', new TypeError('a bug')],
  ])('is not %s', (_, error) => {
    expect(unconverted(error)).toBeUndefined()
  })
})
