import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { writeOutFolder } from '../../../src/core/files/out-files.js'
import { errorOf } from '../../support/kitty-error.js'
import { tempFolder } from '../../support/temp-folder.js'

const files = (...paths: readonly string[]) => paths.map((path) => ({ path, text: path }))

describe('a folder of files that a user asked for', () => {
  it('is written with its folders', () => {
    const folder = tempFolder()
    writeOutFolder(folder, files('a', 'b/c', 'b/d/e'))
    expect(readFileSync(join(folder, 'b/d/e'), 'utf8')).toBe('b/d/e')
  })

  it.each([
    [['a', '../b'], 'leaves the folder'],
    [['a', 'a'], 'is the name of two files'],
    [['a', 'a/b'], 'is below the name of another file'],
    [['a/b/c', 'a/b'], 'is below the name of another file'],
  ])('is not written at all with the files %j', (paths, why) => {
    const folder = tempFolder()
    const { kind, message } = errorOf(() => writeOutFolder(folder, files(...paths)))
    expect([kind, message]).toEqual(['UsageError', expect.stringContaining(`${why}; nothing was written.`)])
    expect(readdirSync(folder)).toEqual([])
  })
})
