import {
  closeSync,
  constants,
  existsSync,
  openSync,
  readFileSync,
  renameSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { systemCode } from '../../../src/core/errors/kitty-error.js'
import { openRegular, type OpenSystem } from '../../../src/core/platform/open-regular.js'
import { POSIX } from '../../support/posix.js'
import { tempFolder } from '../../support/temp-folder.js'

const { O_APPEND, O_CREAT, O_EXCL, O_RDONLY, O_RDWR, O_TRUNC, O_WRONLY } = constants
const WHERE_LINKS_ARE_FOLLOWED: OpenSystem = { noFollow: 0, open: openSync }

let path: string
let other: string
beforeEach(() => {
  const folder = tempFolder()
  path = join(folder, 'file')
  other = join(folder, 'other')
  writeFileSync(other, 'secret')
})

function codeOf(work: () => number): string | undefined {
  try {
    closeSync(work())
    return undefined
  } catch (error) {
    return systemCode(error)
  }
}

function written(fd: number, text: string): string {
  writeSync(fd, text)
  closeSync(fd)
  return readFileSync(path, 'utf8')
}

describe.each([
  ['this system', undefined],
  ['a system that cannot refuse links, as Windows', WHERE_LINKS_ARE_FOLLOWED],
])('opening a file on %s', (_, system) => {
  const open = (flags: number): number => openRegular(path, flags, 0o600, system)

  it('opens what is there, to read, to append and to write over', () => {
    writeFileSync(path, 'one')
    expect(codeOf(() => open(O_RDONLY))).toBeUndefined()
    expect(written(open(O_RDWR | O_APPEND), ' two')).toBe('one two')
    expect(written(open(O_WRONLY | O_CREAT | O_TRUNC), 'new')).toBe('new')
  })

  it('creates what is missing only when told to', () => {
    expect(codeOf(() => open(O_RDWR))).toBe('ENOENT')
    expect(existsSync(path)).toBe(false)
    expect(written(open(O_WRONLY | O_CREAT | O_TRUNC), 'new')).toBe('new')
    expect(codeOf(() => open(O_WRONLY | O_CREAT | O_EXCL))).toBe('EEXIST')
  })

  it.skipIf(!POSIX).each([
    ['reads', O_RDONLY],
    ['appends to', O_RDWR | O_APPEND | O_CREAT],
    ['empties', O_WRONLY | O_CREAT | O_TRUNC],
  ])('never %s what a link leads to', (_, flags) => {
    symlinkSync(other, path)
    expect(codeOf(() => open(flags))).toBe('ELOOP')
    expect(readFileSync(other, 'utf8')).toBe('secret')
  })

  it.skipIf(!POSIX)('creates nothing where a link leads nowhere', () => {
    symlinkSync(join(path, '..', 'nowhere'), path)
    expect(codeOf(() => open(O_WRONLY | O_CREAT))).toBe('ELOOP')
    expect(existsSync(join(path, '..', 'nowhere'))).toBe(false)
  })
})

describe.skipIf(!POSIX)('where links cannot be refused, a link that appears after the look', () => {
  /** Puts a link to the other file there just before each of the first opens. */
  const swapping = (times: number): OpenSystem => ({
    noFollow: 0,
    open: (at, flags, mode) => {
      if (times-- > 0) {
        const moved = `${at}.link`
        symlinkSync(other, moved)
        renameSync(moved, at)
      }
      return openSync(at, flags, mode)
    },
  })

  it('is not emptied, and is refused at the next look', () => {
    writeFileSync(path, 'mine')
    expect(codeOf(() => openRegular(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600, swapping(1)))).toBe('ELOOP')
    expect(readFileSync(other, 'utf8')).toBe('secret')
  })

  it('is not written through where there was no file', () => {
    expect(codeOf(() => openRegular(path, O_WRONLY | O_CREAT, 0o600, swapping(1)))).toBe('ELOOP')
    expect(readFileSync(other, 'utf8')).toBe('secret')
  })
})

it.skipIf(!POSIX)('gives up on a file that another one replaces at every look', () => {
  writeFileSync(path, 'mine')
  let turns = 0
  const open: OpenSystem['open'] = (at, flags, mode) => {
    writeFileSync(`${at}.${++turns}`, 'theirs')
    renameSync(`${at}.${turns}`, at)
    return openSync(at, flags, mode)
  }
  expect(codeOf(() => openRegular(path, O_WRONLY | O_TRUNC, 0o600, { noFollow: 0, open }))).toBe('ELOOP')
  expect(readFileSync(path, 'utf8')).toBe('theirs')
  expect(turns).toBe(4)
})
