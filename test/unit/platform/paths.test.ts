import { mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import {
  isGitsName,
  isSamePlace,
  pathFromLog,
  pathInside,
  placeInside,
  realPlace,
  repoPath,
} from '../../../src/core/platform/paths.js'
import { isSameFile } from '../../../src/core/platform/open-regular.js'
import { errorOf } from '../../support/kitty-error.js'
import { tempFolder } from '../../support/temp-folder.js'

describe('repoPath', () => {
  it('is relative to the root, with /, on every system', () => {
    expect(repoPath('/r', '/r/.worktrees/a', 'linux')).toBe('.worktrees/a')
    expect(repoPath('C:\\r', 'C:\\r\\.worktrees\\a', 'win32')).toBe('.worktrees/a')
    // Git says C:/, a shell says c:\.
    expect(repoPath('C:\\R', 'c:/r/.worktrees/a', 'win32')).toBe('.worktrees/a')
    expect(repoPath('C:\\r', 'C:\\elsewhere', 'win32')).toBe('../elsewhere')
    expect(repoPath('/r', '/r', 'linux')).toBe('')
  })

  it('refuses another drive, which no other machine could find', () => {
    expect(errorOf(() => repoPath('C:\\r', 'D:\\x', 'win32')).kind).toBe('UsageError')
  })

  it('keeps a backslash in a name where it is one', () => {
    expect(repoPath('/r', '/r/a\\b', 'linux')).toBe('a\\b')
  })

  it('of old events, written on Windows, is read with /', () => {
    expect(pathFromLog('.worktrees\\001-a-WP01')).toBe('.worktrees/001-a-WP01')
  })
})

it.each(['.git', '.GIT', 'git~1', '.git.', '.git ', '.git::$INDEX_ALLOCATION'])(
  'knows %j as a name of git’s folder',
  (name) => {
    expect(isGitsName(name)).toBe(true)
  },
)

it.each(['.gitignore', '.gitattributes', 'git', 'agit~1', '.kittify'])('knows %j as another name', (name) => {
  expect(isGitsName(name)).toBe(false)
})

describe('pathInside', () => {
  it('is the way from a folder down, and nothing outside of it', () => {
    expect(pathInside('/r', '/r/a/b', 'linux')).toBe('a/b')
    expect(pathInside('/r', '/r', 'linux')).toBe('')
    expect(pathInside('/r', '/r/..a', 'linux')).toBe('..a')
    expect(pathInside('/r', '/ra', 'linux')).toBeUndefined()
    expect(pathInside('C:\\r', 'c:\\R\\A\\b', 'win32')).toBe('A/b')
    expect(pathInside('C:\\r', 'D:\\r', 'win32')).toBeUndefined()
  })
})

describe('isSamePlace', () => {
  it('follows links, and knows a place that is not there yet', () => {
    const folder = tempFolder()
    mkdirSync(join(folder, 'real'))
    symlinkSync(join(folder, 'real'), join(folder, 'link'), 'junction')
    expect(isSamePlace(join(folder, 'link', 'new', 'x'), join(folder, 'real', 'new', 'x'))).toBe(true)
    expect(isSamePlace(join(folder, 'link'), join(folder, 'other'))).toBe(false)
    expect(realPlace(join(folder, 'link'))).toBe(join(folder, 'real'))
  })
})

describe('placeInside', () => {
  it('says where a place is below a folder, also through a link', () => {
    const folder = tempFolder()
    mkdirSync(join(folder, 'real', 'a'), { recursive: true })
    symlinkSync(join(folder, 'real'), join(folder, 'link'), 'junction')
    expect(placeInside(join(folder, 'link'), join(folder, 'real', 'a', 'new'))).toBe('a/new')
    expect(placeInside(join(folder, 'link'), join(folder, 'real'))).toBe('')
    expect(placeInside(join(folder, 'real', 'a'), join(folder, 'real'))).toBeUndefined()
  })
})

describe('isSameFile', () => {
  it('compares devices only where both are known', () => {
    expect(isSameFile({ dev: 1n, ino: 5n }, { dev: 1n, ino: 5n })).toBe(true)
    expect(isSameFile({ dev: 0n, ino: 5n }, { dev: 1n, ino: 5n })).toBe(true)
    expect(isSameFile({ dev: 2n, ino: 5n }, { dev: 1n, ino: 5n })).toBe(false)
    expect(isSameFile({ dev: 0n, ino: 6n }, { dev: 1n, ino: 5n })).toBe(false)
  })
})
