import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { cachePath, readCache, writeCache } from '../../../src/bin/code-cache.js'
import { POSIX } from '../../support/posix.js'
import { tempFolder } from '../../support/temp-folder.js'

const CODE = Buffer.from('compiled by V8')
const NAME = `kitty.cjs-${'0'.repeat(16)}-11-x64-status`

function written(): string {
  const path = join(tempFolder(), NAME)
  writeCache(path, CODE)
  return path
}

describe('compiled code that is kept', () => {
  it('is read back as it was written', () => {
    expect(readCache(written())).toEqual(CODE)
  })

  it.each<[string, (bytes: Buffer) => Buffer]>([
    ['a flipped bit', (bytes) => Buffer.from(bytes.map((byte, at) => (at === 3 ? byte ^ 1 : byte)))],
    ['a missing byte', (bytes) => bytes.subarray(1)],
    ['a missing half', (bytes) => bytes.subarray(bytes.length / 2)],
    ['nothing in it', () => Buffer.alloc(0)],
  ])('is not taken with %s', (_, damage) => {
    const path = written()
    writeFileSync(path, damage(readFileSync(path)))
    expect(readCache(path)).toBeUndefined()
  })

  it.runIf(POSIX)('is not taken where others may write it, nor through a link', () => {
    const path = written()
    const link = join(tempFolder(), NAME)
    symlinkSync(path, link)
    expect(readCache(link)).toBeUndefined()
    chmodSync(path, 0o620)
    expect(readCache(path)).toBeUndefined()
  })

  it('leaves nothing half-written where it cannot be kept', () => {
    const path = written()
    mkdirSync(join(path, '..', 'taken'))
    writeCache(join(path, '..', 'taken'), CODE)
    expect(readdirSync(join(path, '..')).sort()).toEqual([NAME, 'taken'].sort())
  })
})

describe('the folder of compiled code', () => {
  it('is XDG_CACHE_HOME, or else .cache in HOME, and for its user only', () => {
    const [xdg, home] = [tempFolder(), tempFolder()]
    expect(cachePath('a', { XDG_CACHE_HOME: xdg, HOME: home })).toBe(join(xdg, 'kitty', 'a'))
    expect(cachePath('a', { HOME: home })).toBe(join(home, '.cache', 'kitty', 'a'))
    if (POSIX) expect(statSync(join(home, '.cache', 'kitty')).mode & 0o777).toBe(0o700)
  })

  it.each([
    ['no variable names it', () => ({})],
    ['a variable names it from the current folder', () => ({ XDG_CACHE_HOME: 'cache' })],
    [
      'it is a file',
      () => {
        const home = tempFolder()
        writeFileSync(join(home, '.cache'), '')
        return { HOME: home }
      },
    ],
  ])('is none where %s', (_, env) => {
    expect(cachePath('a', env())).toBeUndefined()
  })
})
