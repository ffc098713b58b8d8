import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, it, vi } from 'vitest'
import { onceMended } from '../../../src/core/log/archive/archive.js'
import { KittyError } from '../../../src/core/errors/kitty-error.js'
import { MAX_LINE_BYTES } from '../../../src/core/log/format/line-codec.js'
import { allIds, archiveIn, bytesOf, line, namesIn } from '../../support/archive.js'
import { ulid } from '../../support/events.js'
import { rejectionOf } from '../../support/kitty-error.js'
import { CAN_LIST_OPEN_FILES, openFiles } from '../../support/open-files.js'
import { PATIENT } from '../../support/patient.js'

const DAY = '2026-11-22'
const PLAIN = `${DAY}.jsonl`
const COMPRESSED = `${DAY}.jsonl.gz`

/** An archive whose one day is a compressed file with these bytes. */
async function archiveWith(compressed: Buffer) {
  const found = archiveIn()
  await found.archive.begin([], DAY)
  writeFileSync(join(found.folder, COMPRESSED), compressed)
  return { ...found, read: () => readFileSync(join(found.folder, PLAIN)) }
}

/** Compressed without its trailer: every byte of content can still be read. */
const cut = (content: Buffer): Buffer => gzipSync(content).subarray(0, -8)

describe('mending a damaged day', () => {
  it('says how many of its events it kept, and where the damaged file is now', async () => {
    const { archive, folder, warnings } = await archiveWith(cut(bytesOf([line(1), line(2)])))
    expect(await archive.mend()).toBe(true)
    const path = join(folder, COMPRESSED)
    expect(warnings).toEqual([
      `${path} was damaged: 2 of its events could be read and are kept, the file is now ${path}.damaged. What is in the log is not affected.`,
    ])
    expect(namesIn(folder)).toEqual([PLAIN, `${COMPRESSED}.damaged`])
  })

  it('puts what it keeps before the lines that the day has gotten since, of which it keeps all', async () => {
    const { archive, folder, read } = await archiveWith(cut(bytesOf([line(2), line(3)])))
    writeFileSync(join(folder, PLAIN), bytesOf([line(1), line(4)]))
    await archive.mend()
    expect(read()).toEqual(bytesOf([line(2), line(3), line(1), line(4)]))
  })

  it('given a run that was killed before the file was set aside, counts each event once', async () => {
    const lines = bytesOf([line(1), line(2)])
    const { archive, folder } = await archiveWith(cut(lines))
    writeFileSync(join(folder, PLAIN), lines)
    await archive.mend()
    expect(await allIds(archive)).toEqual([ulid(1), ulid(2)])
    expect(await archive.days()).toMatchObject([{ events: 2 }])
  })

  it('keeps events only: not lines without one, nor what the damage left of the last line', async () => {
    const content = Buffer.concat([
      Buffer.from('\nno event\n'),
      line(1).bytes,
      Buffer.from('{}\n\n'),
      line(2).bytes,
      line(3).bytes.subarray(0, -9),
    ])
    const { archive, warnings, read } = await archiveWith(cut(content))
    await archive.mend()
    expect(read()).toEqual(bytesOf([line(1), line(2)]))
    expect(warnings).toEqual([expect.stringContaining(': 2 of its events')])
  })

  it('keeps the lines of a small day up to a change near its end, not only those of whole pieces', async () => {
    const lines = Array.from({ length: 40 }, (_, at) => line(at + 1, `${at} ${ulid(at * 7919)}`))
    const compressed = gzipSync(bytesOf(lines))
    const at = Math.floor(compressed.length * 0.8)
    const { archive, read } = await archiveWith(compressed.fill(0, at, at + 20))
    await archive.mend()
    const kept = read()
    expect(kept.length).toBeGreaterThan(line(1).bytes.length * 15)
    expect(bytesOf(lines).subarray(0, kept.length)).toEqual(kept)
  })

  it('keeps a line as long as an event may be, and none that is much longer', async () => {
    const long = (length: number): Buffer => {
      const [start, end] = [`{"event_id":"${ulid(1)}","timestamp":"`, '"}\n']
      return Buffer.from(`${start}${'9'.repeat(length - start.length - end.length)}${end}`)
    }
    const content = [line(1).bytes, long(MAX_LINE_BYTES), long(MAX_LINE_BYTES + 2048), line(2).bytes]
    const { archive, read } = await archiveWith(cut(Buffer.concat(content)))
    await archive.mend()
    const expected = Buffer.concat([line(1).bytes, long(MAX_LINE_BYTES), line(2).bytes])
    expect(read().equals(expected)).toBe(true)
  })

  it('sets a second damaged file of the day aside under a name of its own', async () => {
    const { archive, folder } = await archiveWith(cut(line(1).bytes))
    await archive.mend()
    writeFileSync(join(folder, COMPRESSED), cut(line(2).bytes))
    await archive.mend()
    expect(namesIn(folder)).toEqual([PLAIN, `${COMPRESSED}.damaged`, `${COMPRESSED}.damaged-2`])
    expect(await allIds(archive)).toEqual([ulid(1), ulid(2)])
  })

  it('changes nothing of a day that is whole', async () => {
    const { archive, folder, warnings } = await archiveWith(gzipSync(line(1).bytes))
    expect(await archive.damaged()).toEqual([])
    expect(await archive.mend()).toBe(false)
    expect(namesIn(folder)).toEqual([COMPRESSED])
    expect(warnings).toEqual([])
  })

  it('finds no damage where there is no archive', async () => {
    const { archive } = archiveIn()
    expect(await archive.damaged()).toEqual([])
    expect(await archive.mend()).toBe(false)
  })

  it('says so where a day is no file at all, and takes it for no damage', async () => {
    const { archive, folder } = archiveIn()
    await archive.begin([], DAY)
    mkdirSync(join(folder, COMPRESSED))
    const error = { kind: 'UnsafeSetup', context: { path: join(folder, COMPRESSED), type: 'directory' } }
    expect(await rejectionOf(archive.damaged())).toMatchObject(error)
    expect(await rejectionOf(archive.mend())).toMatchObject(error)
    expect(namesIn(folder)).toEqual([COMPRESSED])
  })

  it('given a folder where it would write, leaves the damaged file and the day as they are', async () => {
    const { archive, folder } = await archiveWith(cut(line(1).bytes))
    writeFileSync(join(folder, PLAIN), line(2).bytes)
    mkdirSync(join(folder, `${PLAIN}.tmp`))
    expect(await rejectionOf(archive.mend())).toMatchObject({
      kind: 'UnsafeSetup',
      context: { path: join(folder, `${PLAIN}.tmp`), type: 'directory' },
    })
    expect(namesIn(folder)).toEqual([PLAIN, COMPRESSED, `${PLAIN}.tmp`].sort())
    expect(readFileSync(join(folder, PLAIN))).toEqual(line(2).bytes)
  })

  it('given a folder where the day’s plain file should be, leaves nothing half done', async () => {
    const { archive, folder } = await archiveWith(cut(line(1).bytes))
    mkdirSync(join(folder, PLAIN))
    expect(await rejectionOf(archive.mend())).toMatchObject({ kind: 'UnsafeSetup' })
    expect(namesIn(folder)).toEqual([PLAIN, COMPRESSED])
  })

  it.runIf(CAN_LIST_OPEN_FILES)('leaves no file open', async () => {
    const { archive, folder } = await archiveWith(cut(line(1).bytes))
    await archive.mend()
    // A stream closes its file soon after it has ended.
    await vi.waitFor(() => {
      expect(openFiles(folder)).toEqual([])
    }, PATIENT)
  })
})

describe('work on an archive', () => {
  const DAMAGE = new KittyError('DamagedData', 'damaged')
  const FULL = new KittyError('DiskFull', 'full')

  /** Work that fails with each of these in turn, then succeeds; and how often the archive was mended. */
  function attempt(failures: readonly Error[], isMended = true) {
    const calls = { work: 0, mend: 0 }
    const archive = {
      mend: () => {
        calls.mend += 1
        return Promise.resolve(isMended)
      },
    }
    const done = onceMended(archive, () => {
      const failure = failures[calls.work]
      calls.work += 1
      return failure === undefined ? Promise.resolve('done') : Promise.reject(failure)
    })
    return { calls, done }
  }

  it('is done once where there is no damage', async () => {
    const { calls, done } = attempt([])
    expect(await done).toBe('done')
    expect(calls).toEqual({ work: 1, mend: 0 })
  })

  it('is done again where damage was mended', async () => {
    const { calls, done } = attempt([DAMAGE])
    expect(await done).toBe('done')
    expect(calls).toEqual({ work: 2, mend: 1 })
  })

  it('is done again only once', async () => {
    const { calls, done } = attempt([DAMAGE, DAMAGE])
    await expect(done).rejects.toBe(DAMAGE)
    expect(calls).toEqual({ work: 2, mend: 1 })
  })

  it('fails where there was nothing to mend', async () => {
    const { calls, done } = attempt([DAMAGE], false)
    await expect(done).rejects.toBe(DAMAGE)
    expect(calls).toEqual({ work: 1, mend: 1 })
  })

  it('fails where something else is wrong, and mends nothing', async () => {
    for (const failure of [FULL, new Error('a defect')]) {
      const { calls, done } = attempt([failure])
      await expect(done).rejects.toBe(failure)
      expect(calls).toEqual({ work: 1, mend: 0 })
    }
  })
})
