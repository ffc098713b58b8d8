import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { KnownFiles } from '../../../src/core/log/known-files.js'
import { errorOf } from '../../support/kitty-error.js'
import { tempFolder } from '../../support/temp-folder.js'

const DAY = '2026-11-22.jsonl'

function folderWithFile() {
  const folder = tempFolder()
  const path = join(folder, DAY)
  writeFileSync(path, 'abc\n')
  return { folder, path, files: new KnownFiles(folder) }
}

describe('what is known of a file', () => {
  it('is one object for as long as the file stays as it is', () => {
    const { files } = folderWithFile()
    const found = files.find(DAY)
    expect(found).toMatchObject({ name: DAY, size: 4 })
    expect(files.find(DAY)).toBe(found)
  })

  it('is another one after every kind of change, and as a new process sees it', () => {
    const { folder, path, files } = folderWithFile()
    for (const change of [
      () => appendFileSync(path, 'def\n'),
      () => utimesSync(path, 1, 1),
      () => {
        copyFileSync(path, `${path}.new`)
        utimesSync(`${path}.new`, 1, 1)
        renameSync(`${path}.new`, path)
      },
    ]) {
      const before = files.find(DAY)
      change()
      const after = files.find(DAY)
      expect(after).not.toBe(before)
      expect(after?.identity).not.toBe(before?.identity)
      expect(after).toEqual(new KnownFiles(folder).find(DAY))
      expect(files.find(DAY)).toBe(after)
    }
  })

  it('is nothing once the file is gone, and what another one is in its place', () => {
    const { path, files } = folderWithFile()
    files.find(DAY)
    rmSync(path)
    expect(files.find(DAY)).toBeUndefined()
    mkdirSync(path)
    expect(errorOf(() => files.find(DAY)).kind).toBe('UnsafeSetup')
  })
})
