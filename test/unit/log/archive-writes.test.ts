import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { addLines } from '../../../src/core/log/archive/archive-files.js'
import type { RawLine } from '../../../src/core/log/event-log.js'
import { allIds, archiveIn, bytesOf, line, namesIn, redacted } from '../../support/archive.js'
import { ulid } from '../../support/events.js'
import { errorOf, rejectionOf } from '../../support/kitty-error.js'
import { CAN_LIST_OPEN_FILES, openFiles } from '../../support/open-files.js'
import { POSIX } from '../../support/posix.js'
import { tempFolder } from '../../support/temp-folder.js'

const DAY = '2026-11-22'
const PLAIN = `${DAY}.jsonl`

/** Lines of which one lets something happen when it is about to be written. */
function interrupted(lines: readonly RawLine[], seed: number, happens: () => void): RawLine[] {
  return lines.map((one) =>
    one.event_id === ulid(seed)
      ? {
          ...one,
          get bytes() {
            happens()
            return one.bytes
          },
        }
      : one,
  )
}

describe('beginning an archive', () => {
  it('makes no day where there are no lines, though batches of none come', async () => {
    const { archive, folder } = archiveIn()
    await archive.begin([[], []], DAY)
    expect(namesIn(folder)).toEqual([])
  })

  it('keeps nothing of an attempt that a crash ended', async () => {
    const { archive, folder } = archiveIn()
    mkdirSync(`${folder}.new`)
    writeFileSync(join(`${folder}.new`, PLAIN), line(9).bytes)
    await archive.begin([[line(1)]], DAY)
    expect(await allIds(archive)).toEqual([ulid(1)])
  })

  it('leaves an archive with lines as it is, and says which one', async () => {
    const { archive, folder } = archiveIn()
    await archive.begin([[line(1)]], DAY)
    const error = await rejectionOf(archive.begin([[line(2)]], DAY))
    expect(error.message).toContain(`${folder} was not stored`)
    expect(await allIds(archive)).toEqual([ulid(1)])
  })
})

describe('adding to an archive', () => {
  it('writes nothing where there is nothing to add', async () => {
    const { archive, folder } = archiveIn()
    await archive.begin([], DAY)
    await archive.add([], DAY)
    expect(namesIn(folder)).toEqual([])
  })

  it('writes a line once, though a command that failed is run again', async () => {
    const { archive, folder } = archiveIn()
    await archive.begin([[line(1)]], DAY)
    await archive.add([line(1), line(2)], DAY)
    await archive.add([line(1), line(2)], DAY)
    expect(readFileSync(join(folder, PLAIN))).toEqual(bytesOf([line(1), line(2)]))
  })

  it('writes a stub though the day has the full line: the stub counts', async () => {
    const { archive, folder } = archiveIn()
    await archive.begin([[line(1)]], DAY)
    await archive.add([redacted(1)], DAY)
    expect(readFileSync(join(folder, PLAIN))).toEqual(bytesOf([line(1), redacted(1)]))
    expect(await archive.days()).toMatchObject([{ events: 1 }])
  })

  it('writes each of many lines once', async () => {
    const { archive, folder } = archiveIn()
    const lines = Array.from({ length: 2001 }, (_, at) => line(at + 1))
    await archive.begin([], DAY)
    await archive.add(lines, DAY)
    expect(readFileSync(join(folder, PLAIN)).equals(bytesOf(lines))).toBe(true)
    expect(await allIds(archive)).toHaveLength(2001)
  })

  it('stores the lines though the day’s list is missing, and makes none that lacks the earlier ones', async () => {
    const { archive, folder } = archiveIn()
    await archive.begin([[line(1)]], DAY)
    writeFileSync(join(folder, `${DAY}.ids`), 'what a crash left')
    await archive.add([line(2)], DAY)
    expect(readFileSync(join(folder, `${DAY}.ids`), 'latin1')).toBe('what a crash left')
    expect(await allIds(archive)).toEqual([ulid(1), ulid(2)])
  })

  it.each([
    ['the first', 1],
    ['a later', 1500],
  ])('given a failure at %s line, leaves the day as it was', (_, seed) => {
    const folder = tempFolder()
    addLines(folder, [line(5000)], DAY)
    const lines = interrupted(
      Array.from({ length: 2000 }, (_, at) => line(at + 1)),
      seed,
      () => {
        throw new Error('out of memory')
      },
    )
    expect(() => addLines(folder, lines, DAY)).toThrow('out of memory')
    expect(readFileSync(join(folder, PLAIN))).toEqual(line(5000).bytes)
  })

  it.runIf(POSIX)('given a folder that goes away in the middle, takes the lines back and says so', () => {
    const folder = join(tempFolder(), 'events')
    mkdirSync(folder)
    addLines(folder, [line(1)], DAY)
    const lines = interrupted([line(2)], 2, () => {
      renameSync(folder, `${folder}.away`)
    })
    const error = errorOf(() => {
      addLines(folder, lines, DAY)
    })
    expect(error.message).toContain(`${join(folder, PLAIN)} was not stored`)
    expect(readFileSync(join(`${folder}.away`, PLAIN))).toEqual(line(1).bytes)
  })

  it.runIf(CAN_LIST_OPEN_FILES)('leaves no file open', () => {
    const folder = tempFolder()
    addLines(folder, [line(1)], DAY)
    expect(openFiles(folder)).toEqual([])
  })
})

describe('the size of an archive', () => {
  it('is that of the day’s files: the plain one, the compressed one and the list', async () => {
    const { archive, folder } = archiveIn()
    await archive.begin([[line(1)]], DAY)
    await archive.add([line(2), line(3)], '2026-11-23')
    await archive.add([line(4)], DAY)
    const sizeOf = (name: string): number => readFileSync(join(folder, name)).length
    expect(namesIn(folder)).toHaveLength(5)
    expect(await archive.days()).toEqual([
      { day: DAY, bytes: sizeOf(`${PLAIN}.gz`) + sizeOf(PLAIN) + sizeOf(`${DAY}.ids`), events: 2 },
      { day: '2026-11-23', bytes: sizeOf('2026-11-23.jsonl') + sizeOf('2026-11-23.ids'), events: 2 },
    ])
  })
})
