import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { assertSafe } from '../../../src/core/files/assert-safe.js'
import { findWorkspace } from '../../../src/core/workspace/find-workspace.js'
import type { Workspace } from '../../../src/core/workspace/workspace.js'
import { errorOf } from '../../support/kitty-error.js'
import { tempFolder } from '../../support/temp-folder.js'
import { TempRepository } from '../../support/temp-repository.js'
import { POSIX } from '../../support/posix.js'

const FOLDERS = ['kittyDir', 'eventsDir', 'privateDir'] as const
const FILES = ['configFile', 'lockFile', 'journalFile'] as const
const DERIVED = ['clockFile', 'indexFile'] as const
const EVERYTHING = [...FOLDERS, ...FILES, ...DERIVED]

function workspace(): Workspace {
  const found = findWorkspace(new TempRepository().root, {})
  for (const folder of FOLDERS) mkdirSync(found[folder], { recursive: true })
  for (const file of [...FILES, ...DERIVED]) writeFileSync(found[file], '')
  return found
}

function replace(path: string, make: (path: string) => void): void {
  rmSync(path, { recursive: true })
  mkdirSync(dirname(path), { recursive: true })
  make(path)
}

describe('assertSafe', () => {
  it('accepts a workspace as kitty makes it, and one where nothing has been made yet', () => {
    expect(() => assertSafe(workspace())).not.toThrow()
    expect(() => assertSafe(findWorkspace(new TempRepository().root, {}))).not.toThrow()
  })

  it.each(EVERYTHING)('refuses a link instead of %s, and names it', (key) => {
    const safe = workspace()
    const target = tempFolder()
    replace(safe[key], (path) => {
      symlinkSync(target, path)
    })
    const error = errorOf(() => assertSafe(safe))
    expect(error).toMatchObject({ kind: 'UnsafeSetup', exitCode: 5 })
    expect(error.message).toContain(`${safe[key]} is a symbolic link`)
  })

  it.runIf(POSIX).each(EVERYTHING)('refuses a FIFO instead of %s', (key) => {
    const safe = workspace()
    replace(safe[key], (path) => {
      execFileSync('mkfifo', [path])
    })
    expect(errorOf(() => assertSafe(safe)).message).toContain('FIFO')
  })

  it.each(FILES)('refuses a directory instead of %s', (key) => {
    const safe = workspace()
    replace(safe[key], (path) => {
      mkdirSync(path)
    })
    expect(errorOf(() => assertSafe(safe)).message).toContain('directory')
  })

  it('refuses a file instead of .kittify', () => {
    const safe = workspace()
    replace(safe.kittyDir, (path) => {
      writeFileSync(path, '')
    })
    expect(errorOf(() => assertSafe(safe)).kind).toBe('UnsafeSetup')
  })

  it.each(DERIVED)('leaves a directory and links to nowhere instead of %s to be rebuilt', (key) => {
    const safe = workspace()
    replace(safe[key], (path) => {
      mkdirSync(path)
    })
    expect(() => assertSafe(safe)).not.toThrow()
    for (const target of [join(safe.root, 'missing'), safe[key]]) {
      replace(safe[key], (path) => {
        symlinkSync(target, path)
      })
      expect(() => assertSafe(safe)).not.toThrow()
    }
  })
})
