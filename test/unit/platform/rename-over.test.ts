import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { renameOver } from '../../../src/core/platform/rename-over.js'
import { storageError, unconverted } from '../../../src/core/files/storage-error.js'
import { tempFolder } from '../../support/temp-folder.js'

function held(times: number, code: string): { rename: () => void; tries: () => number } {
  let tries = 0
  const rename = (): void => {
    tries += 1
    if (tries <= times) throw Object.assign(new Error(code), { code })
  }
  return { rename, tries: () => tries }
}

describe('renameOver', () => {
  it('replaces a file', () => {
    const folder = tempFolder()
    writeFileSync(join(folder, 'a'), 'new')
    writeFileSync(join(folder, 'b'), 'old')
    renameOver(join(folder, 'a'), join(folder, 'b'))
    expect(readFileSync(join(folder, 'b'), 'utf8')).toBe('new')
  })

  it.each(['EPERM', 'EBUSY', 'EACCES'])('waits on Windows while someone has the file open: %s', (code) => {
    const { rename, tries } = held(4, code)
    renameOver('a', 'b', { platform: 'win32', rename })
    expect(tries()).toBe(5)
  })

  it.each(['EPERM', 'EBUSY', 'EACCES'])('says that it is in use when that does not end: %s', (code) => {
    const { rename } = held(Infinity, code)
    let thrown: unknown
    try {
      renameOver('a', 'b', { platform: 'win32', rename, waitMs: 20 })
    } catch (error) {
      thrown = error
    }
    // As the system's own: a caller that goes on without the file knows it by its code.
    expect(thrown).toMatchObject({ code: 'EBUSY', syscall: 'rename', path: 'b', cause: { code } })
    expect(storageError(thrown, 'b', 'not stored')).toMatchObject({
      kind: 'NotWritable',
      message: expect.stringMatching(/in use by another program/) as string,
      context: { path: 'b', code: 'EBUSY' },
    })
    expect(unconverted(thrown)).toMatchObject({ kind: 'NotWritable' })
  })

  it('waits for nothing where a file that is open can be replaced', () => {
    const { rename, tries } = held(1, 'EACCES')
    expect(() => {
      renameOver('a', 'b', { platform: 'linux', rename })
    }).toThrow('EACCES')
    expect(tries()).toBe(1)
  })
})
