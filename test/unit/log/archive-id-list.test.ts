import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { readIds, sortedIds, writeIds } from '../../../src/core/log/archive/id-list.js'
import { allIds, archiveIn, line, namesIn } from '../../support/archive.js'
import { FOREIGN_IDS, ulid } from '../../support/events.js'
import { errorOf, rejectionOf } from '../../support/kitty-error.js'
import { CAN_LIST_OPEN_FILES, openFiles } from '../../support/open-files.js'
import { POSIX } from '../../support/posix.js'
import { tempFolder } from '../../support/temp-folder.js'

const DAY = '2026-11-22'

function listPath(): { folder: string; path: string } {
  const folder = tempFolder()
  return { folder, path: join(folder, `${DAY}.ids`) }
}

describe('the list of a day’s IDs', () => {
  it('says how many bytes and IDs it covers, then the IDs, one per line', () => {
    const { folder, path } = listPath()
    writeIds(path, 712, [ulid(1), ulid(2)])
    expect(readFileSync(path, 'latin1')).toBe(`{"bytes":712,"ids":2}\n${ulid(1)}\n${ulid(2)}\n`)
    expect(readIds(path, 712)).toEqual([ulid(1), ulid(2)])
    expect(namesIn(folder)).toEqual([`${DAY}.ids`])
    writeIds(path, 0, [])
    expect(readIds(path, 0)).toEqual([])
  })

  it('holds the IDs of other programs as they are', () => {
    const { path } = listPath()
    writeIds(path, 712, sortedIds([...FOREIGN_IDS, ulid(1), '\u010a']))
    expect(readIds(path, 712)).toEqual(sortedIds([...FOREIGN_IDS, ulid(1), '\u010a']))
  })

  it('is not used where it covers other bytes than the day has', () => {
    const { path } = listPath()
    writeIds(path, 712, [ulid(1)])
    expect(readIds(path, 711)).toBeUndefined()
    expect(readIds(path, 0)).toBeUndefined()
  })

  it.each([
    ['emptied', ''],
    ['cut after its first line', '{"bytes":712,"ids":2}\n'],
    ['cut between two IDs', `{"bytes":712,"ids":2}\n${ulid(1)}\n`],
    ['cut within an ID', `{"bytes":712,"ids":2}\n${ulid(1)}\n${ulid(2).slice(0, 9)}`],
    ['cut before its last newline', `{"bytes":712,"ids":2}\n${ulid(1)}\n${ulid(2)}`],
    ['without a first line', `${ulid(1)}\n${ulid(2)}\n`],
    ['longer than it says', `{"bytes":712,"ids":2}\n${ulid(1)}\n${ulid(2)}\n${ulid(3)}\n`],
  ])('is not used where it is %s', (_, content) => {
    const { path } = listPath()
    writeFileSync(path, content)
    expect(readIds(path, 712)).toBeUndefined()
  })

  it('is sorted, each ID once', () => {
    expect(sortedIds(['c', 'a', 'b', 'a'])).toEqual(['a', 'b', 'c'])
  })

  it('replaces what a crash left of one that was being written', () => {
    const { folder, path } = listPath()
    writeFileSync(`${path}.tmp`, 'x'.repeat(500))
    writeIds(path, 712, [ulid(1)])
    expect(readIds(path, 712)).toEqual([ulid(1)])
    expect(namesIn(folder)).toEqual([`${DAY}.ids`])
  })

  it.runIf(POSIX)('is readable only by this user', () => {
    const { path } = listPath()
    writeIds(path, 712, [ulid(1)])
    expect(statSync(path).mode & 0o777).toBe(0o600)
  })

  it('says what could not be stored, and leaves no half of it behind', () => {
    const { folder, path } = listPath()
    const missing = join(folder, 'gone', `${DAY}.ids`)
    expect(errorOf(() => writeIds(missing, 1, [])).message).toContain(`${missing} was not stored`)
    mkdirSync(join(path, 'inside'), { recursive: true })
    expect(errorOf(() => writeIds(path, 1, [])).context).toMatchObject({ type: 'directory' })
    expect(namesIn(folder)).toEqual([`${DAY}.ids`])
  })

  it.runIf(CAN_LIST_OPEN_FILES)('leaves no file open', () => {
    const { folder, path } = listPath()
    writeIds(path, 712, [ulid(1)])
    readIds(path, 712)
    expect(openFiles(folder)).toEqual([])
  })
})

describe('an archive with lists of IDs', () => {
  it('answers from a list that fits, without reading the lines', async () => {
    const { archive, folder } = archiveIn()
    await archive.begin([[line(1), line(2)]], DAY)
    expect(namesIn(folder)).toEqual([`${DAY}.ids`, `${DAY}.jsonl`])
    const path = join(folder, `${DAY}.jsonl`)
    writeFileSync(path, Buffer.alloc(readFileSync(path).length))
    expect(await allIds(archive)).toEqual([ulid(1), ulid(2)])
  })

  it('leaves a list that a reader made unsaved: it holds no lock', async () => {
    const { archive, folder } = archiveIn()
    await archive.begin([[line(1), line(2)]], DAY)
    rmSync(join(folder, `${DAY}.ids`))
    expect(await allIds(archive)).toEqual([ulid(1), ulid(2)])
    expect(await archive.days()).toMatchObject([{ events: 2 }])
    expect(await archive.lines(new Set([ulid(2)]))).toEqual([line(2)])
    expect(namesIn(folder)).toEqual([`${DAY}.jsonl`])
  })

  it('counts no line without an ID', async () => {
    const { archive, folder } = archiveIn()
    await archive.begin([[line(1)]], DAY)
    writeFileSync(join(folder, `${DAY}.jsonl`), `no event\n{}\n${line(2).bytes.toString()}`)
    expect(await allIds(archive)).toEqual([ulid(2)])
    expect(await archive.days()).toMatchObject([{ events: 1 }])
  })

  it('finds lines though another day is damaged, as long as the lists fit', async () => {
    const { archive, folder } = archiveIn()
    await archive.begin([[line(1), line(2)]], DAY)
    await archive.add([line(3)], '2026-11-23')
    const path = join(folder, `${DAY}.jsonl.gz`)
    const bytes = readFileSync(path)
    writeFileSync(path, bytes.fill(0, 10, bytes.length - 8))
    expect(await archive.lines(new Set([ulid(3)]))).toEqual([line(3)])
    expect(await rejectionOf(archive.lines(new Set([ulid(1)])))).toMatchObject({ kind: 'DamagedData' })
  })

  it('looks for nothing where nothing is asked for', async () => {
    const { archive, folder } = archiveIn()
    await archive.begin([[line(1)]], DAY)
    writeFileSync(join(folder, '2026-11-20.jsonl.gz'), 'damaged')
    expect(await archive.lines(new Set())).toEqual([])
  })

  it('makes no list for a day whose compressed part is damaged, however short the rest is', async () => {
    const { archive, folder } = archiveIn()
    await archive.begin([], DAY)
    // One byte of a torn line: with a size of minus one for the damaged part, the day would pass for an empty one.
    writeFileSync(join(folder, `${DAY}.jsonl`), '{')
    writeFileSync(join(folder, `${DAY}.jsonl.gz`), gzipSync('x\n').subarray(0, 12))
    await archive.add([line(1)], DAY)
    expect(await rejectionOf(allIds(archive))).toMatchObject({ kind: 'DamagedData' })
  })

  it.runIf(POSIX)('keeps its files from other users', async () => {
    const { archive, folder } = archiveIn()
    await archive.begin([[line(1)]], DAY)
    await archive.add([line(2)], '2026-11-23')
    expect(statSync(folder).mode & 0o077).toBe(0)
    for (const name of [`${DAY}.jsonl.gz`, `${DAY}.ids`])
      expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600)
  })
})
