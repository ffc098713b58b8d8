import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { findProgram, fixedPath } from '../../../src/core/platform/find-program.js'
import { POSIX } from '../../support/posix.js'
import { tempFolder } from '../../support/temp-folder.js'

const FILE = process.platform === 'win32' ? 'tool.exe' : 'tool'

/** A folder with a program in it. */
function folderWith(name = FILE, mode = 0o755, folder = tempFolder()): string {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, name), '#!/bin/sh\n', { mode })
  return folder
}

function find(path: readonly string[], ...outside: string[]): string | undefined {
  return findProgram('tool', {
    env: { PATH: path.join(delimiter) },
    platform: process.platform,
    outside,
  })
}

describe('findProgram', () => {
  it('returns the absolute path of the first program on PATH', () => {
    const [first, second] = [folderWith(), folderWith()]
    expect(find([tempFolder(), first, second])).toBe(join(first, FILE))
  })

  it('passes over empty and relative entries, which mean the current folder', () => {
    const good = folderWith()
    expect(find(['', '.', 'bin', good])).toBe(join(good, FILE))
    expect(find(['', '.'])).toBeUndefined()
  })

  it('passes over entries inside a work tree, also through a link', () => {
    const workTree = join(tempFolder(), 'tree')
    const inside = folderWith(FILE, 0o755, join(workTree, 'node_modules', '.bin'))
    const link = join(tempFolder(), 'link')
    symlinkSync(inside, link, 'junction')
    const good = folderWith()
    expect(find([inside, link, good], workTree)).toBe(join(good, FILE))
    expect(find([inside, link], workTree)).toBeUndefined()
    // A neighbor whose name begins alike is not inside.
    expect(find([folderWith(FILE, 0o755, `${workTree}-2`)], workTree)).toBe(join(`${workTree}-2`, FILE))
  })

  it('finds programs although the file system’s root is a work tree', () => {
    const good = folderWith()
    expect(find([good], '/')).toBe(join(good, FILE))
  })

  it.runIf(POSIX)('passes over folders and files that cannot be executed', () => {
    const folder = tempFolder()
    mkdirSync(join(folder, FILE))
    const good = folderWith()
    expect(find([folder, folderWith(FILE, 0o644), good])).toBe(join(good, FILE))
  })

  it('reads Windows’ PATH whatever its case, and finds no script there', () => {
    const env = { Path: String.raw`C:\no\such;"C:\with space"` }
    expect(findProgram('tool', { env, platform: 'win32', outside: [] })).toBeUndefined()
  })
})

describe('fixedPath', () => {
  it('leaves out entries that mean the current folder and the top folders of work trees', () => {
    const [workTree, good] = [tempFolder(), tempFolder()]
    const inside = join(workTree, 'node_modules', '.bin')
    const path = ['', '.', 'bin', workTree, inside, good].join(delimiter)
    const search = { env: { PATH: path }, platform: process.platform, outside: [workTree] }
    expect(fixedPath(search)).toEqual({ PATH: [inside, good].join(delimiter) })
  })

  it('leaves out the top folder of a work tree also through a link', () => {
    const [workTree, good] = [tempFolder(), tempFolder()]
    const link = join(tempFolder(), 'link')
    symlinkSync(workTree, link, 'junction')
    const env = { PATH: [link, good].join(delimiter) }
    expect(fixedPath({ env, platform: process.platform, outside: [workTree] })).toEqual({ PATH: good })
  })

  it('changes nothing where there is nothing to leave out, or no PATH', () => {
    for (const env of [{ PATH: tempFolder() }, {}])
      expect(fixedPath({ env, platform: process.platform, outside: [tempFolder()] })).toEqual({})
  })

  it('keeps the name that Windows has for the variable', () => {
    const env = { Path: String.raw`.;C:\tools;\rooted;"D:\with space"` }
    expect(fixedPath({ env, platform: 'win32', outside: [] })).toEqual({
      Path: String.raw`C:\tools;D:\with space`,
    })
  })
})
