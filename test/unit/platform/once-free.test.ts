import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { onceFree } from '../../../src/core/platform/once-free.js'
import { removeFile, removeTree } from '../../../src/core/platform/remove-path.js'
import { tempFolder } from '../../support/temp-folder.js'

/** A call that fails some times before it answers. */
function heldFor(times: number, code: string): { call: () => string; tries: () => number } {
  let tries = 0
  const call = (): string => {
    tries += 1
    if (tries <= times) throw Object.assign(new Error(code), { code })
    return 'free'
  }
  return { call, tries: () => tries }
}

describe('a file call on Windows', () => {
  it('is made again while another program has the file', () => {
    const { call, tries } = heldFor(4, 'EBUSY')
    expect(onceFree(call, { platform: 'win32' })).toBe('free')
    expect(tries()).toBe(5)
  })

  it('fails as the system does when that does not end', () => {
    const { call, tries } = heldFor(Infinity, 'EBUSY')
    expect(() => onceFree(call, { platform: 'win32', waitMs: 10 })).toThrow('EBUSY')
    expect(tries()).toBeGreaterThan(2)
  })

  it.each(['ENOENT', 'EPERM', 'EACCES', 'ELOOP'])('is made once when the answer is another: %s', (code) => {
    const { call, tries } = heldFor(1, code)
    expect(() => onceFree(call, { platform: 'win32' })).toThrow(code)
    expect(tries()).toBe(1)
  })

  it('is made again for the codes that mean it there, and for no others', () => {
    const codes = new Set(['EPERM'])
    expect(onceFree(heldFor(2, 'EPERM').call, { platform: 'win32', codes })).toBe('free')
    expect(() => onceFree(heldFor(1, 'EBUSY').call, { platform: 'win32', codes })).toThrow('EBUSY')
  })
})

it.each<NodeJS.Platform>(['linux', 'darwin'])('a file call is made once on %s', (platform) => {
  const { call, tries } = heldFor(1, 'EBUSY')
  expect(() => onceFree(call, { platform })).toThrow('EBUSY')
  expect(tries()).toBe(1)
})

describe('removing', () => {
  it('takes a file, a missing file and a folder with what is in it', () => {
    const folder = join(tempFolder(), 'folder')
    const file = join(folder, 'file')
    mkdirSync(folder)
    writeFileSync(file, '')
    removeFile(file)
    removeFile(file)
    expect(existsSync(file)).toBe(false)
    writeFileSync(file, '')
    removeTree(folder)
    removeTree(folder)
    expect(existsSync(folder)).toBe(false)
  })

  it('takes no folder for a file', () => {
    const folder = tempFolder()
    expect(() => removeFile(folder)).toThrow()
    expect(existsSync(folder)).toBe(true)
  })
})
