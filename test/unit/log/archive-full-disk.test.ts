import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { allIds, archiveIn, bytesOf, line, namesIn, redacted } from '../../support/archive.js'
import { ulid } from '../../support/events.js'
import { CAN_MAKE_FULL_DEVICES, fullDeviceAt } from '../../support/full-device.js'
import { rejectionOf } from '../../support/kitty-error.js'

const DAY = '2026-11-22'
const PLAIN = `${DAY}.jsonl`
const COMPRESSED = `${DAY}.jsonl.gz`
const LIST = `${DAY}.ids`

/** An archive with `line(1)`, stored on the day. */
async function archiveWithOne() {
  const found = archiveIn()
  await found.archive.begin([[line(1)]], DAY)
  return { ...found, read: (name: string) => readFileSync(join(found.folder, name)) }
}

describe.runIf(CAN_MAKE_FULL_DEVICES)('an archive on a disk that is full', () => {
  it('keeps a damaged day as it is: setting the file aside would lose what can be read of it', async () => {
    const { archive, folder, warnings } = archiveIn()
    await archive.begin([], DAY)
    const damaged = gzipSync(bytesOf([line(2), line(3)])).subarray(0, -8)
    writeFileSync(join(folder, COMPRESSED), damaged)
    fullDeviceAt(join(folder, `${PLAIN}.tmp`))
    const error = await rejectionOf(archive.mend())
    expect(error).toMatchObject({ kind: 'DiskFull' })
    expect(error.message).toContain(`${join(folder, PLAIN)} was not stored: disk full`)
    expect(warnings).toEqual([])
    expect(namesIn(folder)).toEqual([COMPRESSED])
    expect(readFileSync(join(folder, COMPRESSED))).toEqual(damaged)
  })

  it('keeps a past day uncompressed, says so, and stores what is added', async () => {
    const { archive, folder, warnings, read } = await archiveWithOne()
    fullDeviceAt(join(folder, `${COMPRESSED}.tmp`))
    await archive.add([line(2)], '2026-11-23')
    expect(warnings).toEqual([
      expect.stringMatching(
        /^Past days of the archive stay uncompressed this time: .* was not stored: disk full/,
      ),
    ])
    expect(read(PLAIN)).toEqual(line(1).bytes)
    expect(namesIn(folder)).toEqual([LIST, PLAIN, '2026-11-23.ids', '2026-11-23.jsonl'])
    expect(await allIds(archive)).toEqual([ulid(1), ulid(2)])
  })

  it('keeps each line of a day that it could not rewrite', async () => {
    const { archive, folder, read } = await archiveWithOne()
    fullDeviceAt(join(folder, `${PLAIN}.tmp`))
    const error = await rejectionOf(archive.rewrite(() => redacted(1).bytes, DAY))
    expect(error).toMatchObject({ kind: 'DiskFull' })
    expect(error.message).toContain(`${join(folder, PLAIN)} was not stored: disk full`)
    expect(read(PLAIN)).toEqual(line(1).bytes)
    expect(namesIn(folder)).toEqual([LIST, PLAIN])
  })

  it('stores lines though there is no room for their list, so the next command does not store them again', async () => {
    const { archive, folder, read } = await archiveWithOne()
    fullDeviceAt(join(folder, `${LIST}.tmp`))
    await archive.add([line(2)], DAY)
    expect(read(PLAIN)).toEqual(bytesOf([line(1), line(2)]))
    expect(namesIn(folder)).toEqual([LIST, PLAIN])
    expect(await allIds(archive)).toEqual([ulid(1), ulid(2)])
  })
})

describe('an archive whose list cannot be written', () => {
  it('stores lines all the same, and reads the IDs from them', async () => {
    const { archive, folder, read } = await archiveWithOne()
    mkdirSync(join(folder, `${LIST}.tmp`))
    await archive.add([line(2)], DAY)
    expect(read(PLAIN)).toEqual(bytesOf([line(1), line(2)]))
    expect(await allIds(archive)).toEqual([ulid(1), ulid(2)])
  })
})
