import { existsSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createFile, syncFile, withUnfinishedFile } from '../../../src/core/index/sqlite/unfinished-file.js'
import { tempFolder } from '../../support/temp-folder.js'

it('removes what a crash left behind, and nothing that another process may still be writing', async () => {
  const folder = tempFolder()
  const path = join(folder, 'index.db')
  for (const name of [
    'index.db.1.new',
    'index.db.1.new-journal',
    'index.db.1-7.new',
    'index.db.2.new',
    'index.db.old',
  ]) {
    writeFileSync(join(folder, name), 'x')
    if (!name.includes('.2.')) utimesSync(join(folder, name), new Date(0), new Date(0))
  }
  await withUnfinishedFile(path, async (fresh) => writeFileSync(fresh, 'x'))
  expect(readdirSync(folder).sort()).toEqual(['index.db.2.new', 'index.db.old'])
})

it('does not touch what a process with the same ID builds, as one of another container may', async () => {
  const path = join(tempFolder(), 'index.db')
  await withUnfinishedFile(path, async (theirs) => {
    writeFileSync(theirs, 'theirs')
    await withUnfinishedFile(path, async (ours) => writeFileSync(ours, 'ours', { flag: 'wx' }))
    expect(readFileSync(theirs, 'utf8')).toBe('theirs')
  })
})

it('leaves nothing when the work fails', async () => {
  const folder = tempFolder()
  const failing = withUnfinishedFile(join(folder, 'index.db'), async (fresh) => {
    mkdirSync(fresh)
    throw new Error('the disk is full')
  })
  await expect(failing).rejects.toThrow('the disk is full')
  expect(readdirSync(folder)).toEqual([])
})

describe('a signal while the file is built', () => {
  afterEach(() => vi.restoreAllMocks())

  it('ends the process, and leaves no file', async () => {
    const kill = vi.spyOn(process, 'kill').mockReturnValue(true)
    const path = join(tempFolder(), 'index.db')
    await withUnfinishedFile(path, async (fresh) => {
      writeFileSync(fresh, 'x')
      process.emit('SIGHUP')
      expect(existsSync(fresh)).toBe(false)
    })
    expect(kill.mock.calls).toEqual([[process.pid, 'SIGHUP']])
  })

  it('that someone else listens to is theirs: the work goes on', async () => {
    const kill = vi.spyOn(process, 'kill').mockReturnValue(true)
    const path = join(tempFolder(), 'index.db')
    await withUnfinishedFile(path, async (fresh) => {
      writeFileSync(fresh, 'x')
      process.once('SIGHUP', () => undefined)
      process.emit('SIGHUP')
      expect(existsSync(fresh)).toBe(true)
    })
    expect(kill).not.toHaveBeenCalled()
    expect(process.listenerCount('SIGHUP')).toBe(0)
  })
})

it('a file is made once, and synced where it is there', () => {
  const path = join(tempFolder(), 'index.db')
  expect(() => syncFile(path)).toThrow('ENOENT')
  createFile(path)
  expect(readFileSync(path, 'utf8')).toBe('')
  expect(() => createFile(path)).toThrow('EEXIST')
  expect(() => syncFile(path)).not.toThrow()
})

it('fails as the work does where the folder is missing', async () => {
  const path = join(tempFolder(), 'nowhere', 'index.db')
  await expect(withUnfinishedFile(path, async (fresh) => createFile(fresh))).rejects.toThrow('ENOENT')
})
