import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { describe, expect, it, vi } from 'vitest'
import { compressDays, findLines, idsOfDay } from '../../../src/core/log/archive/archive-files.js'
import { compress, replaceDay } from '../../../src/core/log/archive/compress-day.js'
import { pathsOf } from '../../../src/core/log/archive/day-parts.js'
import { bytesOf, line, namesIn } from '../../support/archive.js'
import { ulid } from '../../support/events.js'
import { rejectionOf, stepsOf } from '../../support/kitty-error.js'
import { CAN_LIST_OPEN_FILES, openFiles } from '../../support/open-files.js'
import { POSIX } from '../../support/posix.js'
import { tempFolder } from '../../support/temp-folder.js'
import { PATIENT } from '../../support/patient.js'

const DAY = '2026-11-22'
const PLAIN = `${DAY}.jsonl`
const COMPRESSED = `${DAY}.jsonl.gz`

function dayWith(parts: { plain?: Buffer; compressed?: Buffer }): string {
  const folder = tempFolder()
  if (parts.plain !== undefined) writeFileSync(join(folder, PLAIN), parts.plain)
  if (parts.compressed !== undefined) writeFileSync(join(folder, COMPRESSED), gzipSync(parts.compressed))
  return folder
}

const unzipped = (folder: string): Buffer => gunzipSync(readFileSync(join(folder, COMPRESSED)))

describe('compressing a day', () => {
  it('given lines of more than a batch, keeps each of them, in order', async () => {
    const lines = Array.from({ length: 25 }, (_, at) => line(at + 1, 'y'.repeat(99_000 + at)))
    const folder = dayWith({ plain: bytesOf(lines) })
    await compress(folder, DAY)
    expect(unzipped(folder).equals(bytesOf(lines))).toBe(true)
    expect(namesIn(folder)).toEqual([COMPRESSED])
  })

  it('given a compressed and a plain part, makes one of them, the compressed lines first', async () => {
    const folder = dayWith({ compressed: line(2).bytes, plain: line(1).bytes })
    await compress(folder, DAY)
    expect(unzipped(folder)).toEqual(bytesOf([line(2), line(1)]))
    expect(namesIn(folder)).toEqual([COMPRESSED])
  })

  it('given only what a crash left of a line, makes a day without lines', async () => {
    const folder = dayWith({ plain: Buffer.from('{"event_id') })
    await compress(folder, DAY)
    expect(unzipped(folder)).toHaveLength(0)
    expect(namesIn(folder)).toEqual([COMPRESSED])
  })

  it('given a plain file that a crash kept after it was compressed, counts each event once', async () => {
    const folder = dayWith({ compressed: bytesOf([line(1), line(2)]), plain: bytesOf([line(1), line(2)]) })
    await compressDays(folder, '2026-11-23')
    expect(await idsOfDay(folder, DAY)).toEqual([ulid(1), ulid(2)])
    expect(await findLines(folder, new Set([ulid(1), ulid(2)]))).toEqual([line(1), line(2)])
  })

  it('replaces what a crash left of an earlier attempt', async () => {
    const folder = dayWith({ plain: line(1).bytes })
    writeFileSync(join(folder, `${COMPRESSED}.tmp`), 'x'.repeat(5000))
    await compress(folder, DAY)
    expect(unzipped(folder)).toEqual(line(1).bytes)
    expect(namesIn(folder)).toEqual([COMPRESSED])
  })

  it.runIf(POSIX)(
    'given another file where it wrote, keeps the plain one: that does not read back',
    async () => {
      const folder = dayWith({ plain: bytesOf([line(1), line(2)]) })
      writeFileSync(join(folder, 'another'), gzipSync(line(1).bytes))
      const attempt = compress(folder, DAY)
      renameSync(join(folder, 'another'), join(folder, `${COMPRESSED}.tmp`))
      const error = await rejectionOf(attempt)
      const path = join(folder, PLAIN)
      expect(error).toMatchObject({
        kind: 'DamagedData',
        message: `${path}: what was compressed does not read back; the file stays as it is.`,
        context: { path },
      })
      expect(stepsOf(error)).toEqual(['check the disk: dmesg', 'run the command again'])
      expect(namesIn(folder)).toEqual([PLAIN])
      expect(readFileSync(path)).toEqual(bytesOf([line(1), line(2)]))
    },
  )

  it('given a damaged compressed part, leaves both parts as they are', async () => {
    const folder = dayWith({ plain: line(1).bytes })
    writeFileSync(join(folder, COMPRESSED), 'no gzip, and longer than a trailer')
    expect(await rejectionOf(compress(folder, DAY))).toMatchObject({ kind: 'DamagedData' })
    expect(namesIn(folder)).toEqual([PLAIN, COMPRESSED])
    expect(readFileSync(join(folder, PLAIN))).toEqual(line(1).bytes)
  })

  it('given no folder, says which file was not stored', async () => {
    const folder = join(tempFolder(), 'gone')
    const error = await rejectionOf(compress(folder, DAY))
    expect(error.message).toContain(`${join(folder, COMPRESSED)} was not stored`)
  })

  it.runIf(CAN_LIST_OPEN_FILES)('leaves no file open', async () => {
    const folder = dayWith({ plain: line(1).bytes })
    await compress(folder, DAY)
    await replaceDay(folder, DAY, (bytes) => bytes)
    // A stream closes its file soon after it has ended.
    await vi.waitFor(() => {
      expect(openFiles(folder)).toEqual([])
    }, PATIENT)
  })
})

describe('compressing past days', () => {
  it('takes each day before today that has a plain part, and makes its list', async () => {
    const folder = dayWith({ plain: line(1).bytes })
    writeFileSync(join(folder, '2026-11-23.jsonl'), line(2).bytes)
    await compressDays(folder, '2026-11-23')
    expect(namesIn(folder)).toEqual([`${DAY}.ids`, COMPRESSED, '2026-11-23.jsonl'])
    expect(readFileSync(join(folder, `${DAY}.ids`), 'latin1')).toBe(
      `{"bytes":${line(1).bytes.length},"ids":1}\n${ulid(1)}\n`,
    )
  })

  it('leaves a compressed day alone, and one without lines', async () => {
    const folder = dayWith({ compressed: line(1).bytes, plain: Buffer.alloc(0) })
    const before = statSync(join(folder, COMPRESSED), { bigint: true })
    await compressDays(folder, '2026-11-23')
    expect(statSync(join(folder, COMPRESSED), { bigint: true })).toMatchObject({
      ino: before.ino,
      mtimeNs: before.mtimeNs,
    })
    expect(namesIn(folder)).toEqual([PLAIN, COMPRESSED])
  })
})

describe('replacing a day', () => {
  it('makes one plain file of both parts, each line as it is returned or not at all', async () => {
    const folder = dayWith({ compressed: bytesOf([line(1), line(2)]), plain: line(3).bytes })
    await replaceDay(folder, DAY, (bytes) => {
      if (bytes.equals(line(1).bytes)) return undefined
      return bytes.equals(line(3).bytes) ? line(4).bytes : bytes
    })
    expect(namesIn(folder)).toEqual([PLAIN])
    expect(readFileSync(join(folder, PLAIN))).toEqual(bytesOf([line(2), line(4)]))
  })

  it('keeps both parts and leaves nothing behind where it cannot', async () => {
    const folder = dayWith({ compressed: line(1).bytes, plain: line(2).bytes })
    const fails = (): never => {
      throw new Error('no verdict')
    }
    await expect(replaceDay(folder, DAY, fails)).rejects.toThrow('no verdict')
    expect(namesIn(folder)).toEqual([PLAIN, COMPRESSED])
    expect(readFileSync(join(folder, PLAIN))).toEqual(line(2).bytes)
    mkdirSync(join(folder, `${PLAIN}.tmp`))
    expect(await rejectionOf(replaceDay(folder, DAY, (bytes) => bytes))).toMatchObject({
      kind: 'UnsafeSetup',
      context: { path: join(folder, `${PLAIN}.tmp`), type: 'directory' },
    })
    rmSync(folder, { recursive: true })
    const error = await rejectionOf(replaceDay(folder, DAY, (bytes) => bytes))
    expect(error.message).toContain(`${pathsOf(folder, DAY).plain} was not stored`)
  })
})
