import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { renameOver } from '../../../src/core/platform/rename-over.js'
import { errorOf } from '../../support/kitty-error.js'
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

  it('says that it is in use when that does not end', () => {
    const { rename } = held(Infinity, 'EBUSY')
    const error = errorOf(() => {
      renameOver('a', 'b', { platform: 'win32', rename, waitMs: 20 })
    })
    expect(error).toMatchObject({ kind: 'NotWritable', context: { path: 'b', code: 'EBUSY' } })
    expect(error.message).toContain('in use by another program')
  })

  it('waits for nothing where a file that is open can be replaced', () => {
    const { rename, tries } = held(1, 'EACCES')
    expect(() => {
      renameOver('a', 'b', { platform: 'linux', rename })
    }).toThrow('EACCES')
    expect(tries()).toBe(1)
  })
})
