import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import type { FileArchive } from '../../../src/core/log/archive/archive.js'
import type { RawLine } from '../../../src/core/log/event-log.js'
import { allIds, archiveIn, line, redacted } from '../../support/archive.js'
import { noteLine, ulid } from '../../support/events.js'

describe('the archive', () => {
  it('is not there before the first write, and then holds what it began with', async () => {
    const { archive, folder } = archiveIn()
    expect(archive.exists()).toBe(false)
    await archive.begin([[line(2)], [line(1)]], '2026-11-22')
    expect(archive.exists()).toBe(true)
    expect(await allIds(archive)).toEqual([ulid(1), ulid(2)])
    expect(existsSync(`${folder}.new`)).toBe(false)
  })

  it('gives back the very bytes of the lines asked for, of any day', async () => {
    const { archive } = archiveIn()
    await archive.begin([], '2026-11-22')
    await archive.add([line(1), line(2)], '2026-11-22')
    await archive.add([line(3)], '2026-11-23')
    expect(await archive.lines(new Set([ulid(1), ulid(3), ulid(9)]))).toEqual([line(1), line(3)])
  })

  it('gives back a line of another program with its time in UTC, which names its day in the log', async () => {
    const { archive } = archiveIn()
    const text = noteLine(1).replace('2026-11-22T09:30:00.000Z', '2026-11-22T23:30:00-02:00')
    const foreign = { event_id: ulid(1), timestamp: '2026-11-23T01:30:00.000Z', bytes: Buffer.from(text) }
    await archive.begin([[foreign]], '2026-11-24')
    expect(await archive.lines(new Set([ulid(1)]))).toEqual([foreign])
  })

  it('compresses a day once it is over, and adds to it where the clock has gone back', async () => {
    const { archive, folder } = archiveIn()
    await archive.begin([], '2026-11-22')
    await archive.add([line(1)], '2026-11-22')
    await archive.add([line(2)], '2026-11-23')
    expect(readdirSync(folder).sort()).toEqual([
      '2026-11-22.ids',
      '2026-11-22.jsonl.gz',
      '2026-11-23.ids',
      '2026-11-23.jsonl',
    ])
    await archive.add([line(3)], '2026-11-22')
    expect(await allIds(archive)).toEqual([ulid(1), ulid(3), ulid(2)])
    await archive.add([line(4)], '2026-11-23')
    expect(gunzipSync(readFileSync(join(folder, '2026-11-22.jsonl.gz')))).toEqual(
      Buffer.concat([line(1).bytes, line(3).bytes]),
    )
    expect(await archive.lines(new Set([1, 2, 3, 4].map(ulid)))).toHaveLength(4)
  })

  it.each([
    ['missing', (path: string) => rmSync(path)],
    ['of before a crash', (path: string) => writeFileSync(path, '{"bytes":1,"ids":0}\n')],
    ['cut', (path: string) => truncateSync(path, 40)],
  ])('reads the lines again where the list of ids is %s', async (_, damage) => {
    const { archive, folder } = archiveIn()
    await archive.begin([], '2026-11-22')
    await archive.add([line(1), line(2)], '2026-11-22')
    damage(join(folder, '2026-11-22.ids'))
    expect(await allIds(archive)).toEqual([ulid(1), ulid(2)])
    await archive.add([line(3)], '2026-11-22')
    expect(await allIds(archive)).toEqual([ulid(1), ulid(2), ulid(3)])
  })

  it('passes over what a crash left of a line, and ends it before the next', async () => {
    const { archive, folder } = archiveIn()
    await archive.begin([], '2026-11-22')
    await archive.add([line(1), line(2)], '2026-11-22')
    truncateSync(join(folder, '2026-11-22.jsonl'), line(1).bytes.length + 20)
    await archive.add([line(2), line(3)], '2026-11-22')
    expect(await archive.lines(new Set([1, 2, 3].map(ulid)))).toEqual([line(1), line(2), line(3)])
  })

  it('lets a stub win over the full line, no matter which came first', async () => {
    for (const lines of [
      [line(1), redacted(1)],
      [redacted(1), line(1)],
    ]) {
      const { archive } = archiveIn()
      await archive.begin([], '2026-11-22')
      await archive.add(lines, '2026-11-22')
      expect(await archive.lines(new Set([ulid(1)]))).toEqual([redacted(1)])
    }
  })

  it('replaces a line with other bytes, compressed or not, and takes others out', async () => {
    const { archive, folder } = archiveIn()
    await archive.begin([], '2026-11-22')
    await archive.add([line(1), line(2)], '2026-11-22')
    await archive.add([line(3), line(4)], '2026-11-23')
    const change = ({ event_id, bytes }: RawLine): Buffer | undefined => {
      if (event_id === ulid(1)) return redacted(1).bytes
      return event_id === ulid(3) || event_id === ulid(4) ? undefined : bytes
    }
    expect(await archive.rewrite(change, '2026-11-23')).toBe(3)
    expect(await allIds(archive)).toEqual([ulid(1), ulid(2)])
    expect(await archive.lines(new Set([ulid(1)]))).toEqual([redacted(1)])
    expect(readdirSync(folder).sort()).toEqual(['2026-11-22.ids', '2026-11-22.jsonl.gz'])
    expect(await archive.rewrite(({ bytes }) => bytes, '2026-11-23')).toBe(0)
  })

  it('says how much there is, day by day', async () => {
    const { archive } = archiveIn()
    expect(await archive.days()).toEqual([])
    await archive.begin([], '2026-11-22')
    await archive.add([line(1), line(2)], '2026-11-22')
    const [day] = await archive.days()
    expect(day).toMatchObject({ day: '2026-11-22', events: 2 })
    expect(day?.bytes).toBeGreaterThan(line(1).bytes.length)
  })
})

describe('a damaged archive', () => {
  const MANY = Array.from({ length: 400 }, (_, at) => line(at + 1, `note ${at} ${ulid(at * 7)}`))

  async function damagedArchive(damage: (path: string) => void): Promise<{
    archive: FileArchive
    folder: string
    warnings: string[]
  }> {
    const { archive, folder, warnings } = archiveIn()
    await archive.begin([], '2026-11-22')
    await archive.add(MANY, '2026-11-22')
    await archive.add([line(1001)], '2026-11-23')
    damage(join(folder, '2026-11-22.jsonl.gz'))
    rmSync(join(folder, '2026-11-22.ids'), { force: true })
    return { archive, folder, warnings }
  }

  const change = (at: number) => (path: string) => {
    const bytes = readFileSync(path)
    bytes.fill(0, Math.floor(bytes.length * at), Math.floor(bytes.length * at) + 40)
    writeFileSync(path, bytes)
  }

  it.each([
    ['cut', (path: string) => truncateSync(path, Math.floor(readFileSync(path).length / 2)), 100],
    ['changed in the middle', change(0.5), 100],
    ['without its trailer', (path: string) => truncateSync(path, readFileSync(path).length - 8), 400],
    ['cut to a few bytes', (path: string) => truncateSync(path, 3), 0],
    ['emptied', (path: string) => truncateSync(path, 0), 0],
    ['no gzip at all', (path: string) => writeFileSync(path, 'no gzip, and longer than a trailer\n'), 0],
  ])('keeps what can be read of a day that is %s, and the file aside', async (_, damage, atLeast) => {
    const { archive, folder, warnings } = await damagedArchive(damage)
    await expect(allIds(archive)).rejects.toMatchObject({ kind: 'DamagedData' })
    expect(await archive.damaged()).toEqual([join(folder, '2026-11-22.jsonl.gz')])
    expect(await archive.mend()).toBe(true)
    expect(warnings).toEqual([expect.stringContaining('2026-11-22.jsonl.gz was damaged')])
    const ids = (await allIds(archive)).filter((id) => id !== ulid(1001))
    expect(ids.length).toBeGreaterThanOrEqual(atLeast)
    const lines = await archive.lines(new Set(MANY.slice(0, atLeast).map(({ event_id }) => event_id)))
    expect(lines).toEqual(MANY.slice(0, atLeast))
    expect(readdirSync(folder)).toContain('2026-11-22.jsonl.gz.damaged')
    expect(await archive.mend()).toBe(false)
    expect(await archive.damaged()).toEqual([])
  })

  it('still takes lines, and compresses what is left of the day', async () => {
    const { archive, folder, warnings } = await damagedArchive((path) => truncateSync(path, 900))
    // The clock went back: the day gets a line more.
    await archive.add([line(1002)], '2026-11-22')
    await archive.add([line(1003)], '2026-11-23')
    expect(warnings).toEqual([expect.stringContaining('was damaged')])
    expect(
      readdirSync(folder)
        .filter((name) => name.startsWith('2026-11-22'))
        .sort(),
    ).toEqual(['2026-11-22.ids', '2026-11-22.jsonl.gz', '2026-11-22.jsonl.gz.damaged'])
    expect(await archive.lines(new Set([ulid(1), ulid(1002)]))).toHaveLength(2)
  })

  it('stores lines though a past day cannot be compressed, once with each call', async () => {
    const { archive, folder, warnings } = await damagedArchive(() => undefined)
    mkdirSync(join(folder, '2026-11-22.jsonl.gz.tmp'))
    await archive.add([line(1002)], '2026-11-22')
    await archive.add([line(1003)], '2026-11-23')
    expect(warnings.at(-1)).toMatch(
      /stay uncompressed this time: .*2026-11-22\.jsonl\.gz\.tmp is a directory/,
    )
    expect(await archive.lines(new Set([1001, 1002, 1003].map(ulid)))).toHaveLength(3)
  })

  it('forgets a file that was set aside when lines are redacted: it may hold them', async () => {
    const { archive, folder } = await damagedArchive((path) => truncateSync(path, 900))
    const stub = (one: RawLine): Buffer => (one.event_id === ulid(1) ? redacted(1).bytes : one.bytes)
    expect(await archive.rewrite(stub, '2026-11-23')).toBe(1)
    expect(readdirSync(folder).filter((name) => name.includes('damaged'))).toEqual([])
    expect(await archive.lines(new Set([ulid(1)]))).toEqual([redacted(1)])
  })

  it.each([
    ['a folder', (path: string) => mkdirSync(path), 'directory'],
    ['a link', (path: string) => symlinkSync('elsewhere', path), 'symbolic link'],
  ])('refuses %s instead of a day, compressed or not', async (_, put, type) => {
    for (const name of ['2026-11-20.jsonl.gz', '2026-11-20.jsonl']) {
      const { archive, folder } = archiveIn()
      await archive.begin([[line(1)]], '2026-11-22')
      put(join(folder, name))
      await expect(allIds(archive)).rejects.toMatchObject({ kind: 'UnsafeSetup', context: { type } })
    }
  })
})
