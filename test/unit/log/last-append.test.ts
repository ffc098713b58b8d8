import { renameSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Append } from '../../../src/core/files/append-file.js'
import { LastAppend } from '../../../src/core/log/last-append.js'
import { CAN_LIST_OPEN_FILES, openFiles } from '../../support/open-files.js'
import { tempFolder } from '../../support/temp-folder.js'

describe('the file of the last append', () => {
  it('is the one to append to next, and is given to one caller', () => {
    const last = new LastAppend(true)
    const append = Append.open(join(tempFolder(), 'file'), true)
    last.keep(append)
    expect(last.again(append.path)).toBe(append)
    expect(last.again(append.path)).toBeUndefined()
    append.close()
  })

  it.runIf(CAN_LIST_OPEN_FILES)('is closed where another one is wanted, or is there', () => {
    const folder = tempFolder()
    const last = new LastAppend(true)
    const path = join(folder, 'file')
    last.keep(Append.open(path, true))
    expect(last.again(join(folder, 'other'))).toBeUndefined()
    expect(openFiles(folder)).toEqual([])
    last.keep(Append.open(path, true))
    renameSync(path, join(folder, 'moved'))
    expect(last.again(path)).toBeUndefined()
    expect(openFiles(folder)).toEqual([])
  })

  it.runIf(CAN_LIST_OPEN_FILES)('is the only one that stays open, until it is closed', () => {
    const folder = tempFolder()
    const last = new LastAppend(true)
    last.keep(Append.open(join(folder, 'one'), true))
    last.keep(Append.open(join(folder, 'two'), true))
    expect(openFiles(folder)).toEqual([join(folder, 'two')])
    last.close()
    last.close()
    expect(openFiles(folder)).toEqual([])
  })
})
