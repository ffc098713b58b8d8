import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import type { RawLine } from '../../../src/core/log/event-log.js'
import { allIds, archiveIn, bytesOf, line, namesIn, redacted } from '../../support/archive.js'
import { ulid } from '../../support/events.js'

const DAYS = ['2026-11-21', '2026-11-22', '2026-11-23'] as const
const TODAY = DAYS[2]

/** An archive with `line(1)`, `line(2)` and `line(3)`, one per day; the last day is today. */
async function threeDays() {
  const { archive, folder } = archiveIn()
  await archive.begin([[line(1)]], DAYS[0])
  await archive.add([line(2)], DAYS[1])
  await archive.add([line(3)], DAYS[2])
  return { archive, folder }
}

const keep = ({ bytes }: RawLine): Buffer => bytes
const remove = (): undefined => undefined

describe('rewriting an archive', () => {
  it('given a day to stop before, leaves that day and later ones', async () => {
    const { archive } = await threeDays()
    expect(await archive.rewrite(remove, TODAY, DAYS[1])).toBe(1)
    expect(await allIds(archive)).toEqual([ulid(2), ulid(3)])
  })

  it('given no such day, takes them all', async () => {
    const { archive, folder } = await threeDays()
    expect(await archive.rewrite(remove, TODAY)).toBe(3)
    expect(await allIds(archive)).toEqual([])
    expect(namesIn(folder)).toEqual([])
  })

  it('given lines that stay as they are, writes nothing', async () => {
    const { archive, folder } = await threeDays()
    const files = (): unknown[] =>
      namesIn(folder).map((name) => [name, statSync(join(folder, name), { bigint: true }).ino])
    const before = files()
    expect(await archive.rewrite(keep, TODAY)).toBe(0)
    expect(files()).toEqual(before)
  })

  it('given an equal copy of a line, takes it for the same', async () => {
    const { archive } = await threeDays()
    expect(await archive.rewrite(({ bytes }) => Buffer.from(bytes), TODAY)).toBe(0)
  })

  it('compresses past days again and makes each day’s list, that of today too', async () => {
    const { archive, folder } = await threeDays()
    const change = (one: RawLine): Buffer => redacted(Number.parseInt(one.event_id.slice(-1), 32)).bytes
    expect(await archive.rewrite(change, TODAY)).toBe(3)
    expect(namesIn(folder)).toEqual(
      DAYS.flatMap((day) => [`${day}.ids`, `${day}.jsonl${day === TODAY ? '' : '.gz'}`]),
    )
    expect(gunzipSync(readFileSync(join(folder, `${DAYS[0]}.jsonl.gz`)))).toEqual(redacted(1).bytes)
    expect(readFileSync(join(folder, `${TODAY}.ids`), 'latin1')).toBe(
      `{"bytes":${redacted(3).bytes.length},"ids":1}\n${ulid(3)}\n`,
    )
  })

  it('keeps a line that is no event as it is, and does not count it', async () => {
    const { archive, folder } = await threeDays()
    const path = join(folder, `${TODAY}.jsonl`)
    const text = Buffer.from('no event\n')
    writeFileSync(path, Buffer.concat([text, bytesOf([line(3), line(4)])]))
    const change = (one: RawLine): Buffer | undefined => (one.event_id === ulid(3) ? undefined : one.bytes)
    expect(await archive.rewrite(change, TODAY)).toBe(1)
    expect(readFileSync(path)).toEqual(Buffer.concat([text, line(4).bytes]))
  })

  it('given an archive that is not there, changes nothing and makes none', async () => {
    const { archive, folder } = archiveIn()
    expect(await archive.rewrite(remove, TODAY)).toBe(0)
    expect(existsSync(folder)).toBe(false)
  })
})

describe('a damaged file that was set aside', () => {
  it('goes when the days up to its own are rewritten, and stays when only earlier ones are', async () => {
    const { archive, folder } = await threeDays()
    const aside = DAYS.map((day) => `${day}.jsonl.gz.damaged`).concat(`${DAYS[0]}.jsonl.gz.damaged-2`)
    for (const name of aside) writeFileSync(join(folder, name), 'damaged')
    const left = (): string[] => namesIn(folder).filter((name) => name.includes('damaged'))
    await archive.rewrite(keep, TODAY, DAYS[1])
    expect(left()).toEqual([`${DAYS[1]}.jsonl.gz.damaged`, `${DAYS[2]}.jsonl.gz.damaged`])
    await archive.rewrite(keep, TODAY)
    expect(left()).toEqual([])
  })

  it('is known by its whole name: other files stay', async () => {
    const { archive, folder } = await threeDays()
    const others = [
      `${DAYS[0]}.jsonl.gz.damaged-x`,
      `${DAYS[0]}.jsonl.gz.damaged.txt`,
      `copy-${DAYS[0]}.jsonl.gz.damaged`,
      'notes.txt',
    ]
    for (const name of others) writeFileSync(join(folder, name), 'mine')
    await archive.rewrite(keep, TODAY)
    expect(namesIn(folder)).toEqual(expect.arrayContaining(others))
  })
})
