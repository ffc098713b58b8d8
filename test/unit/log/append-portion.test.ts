import { appendFileSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { KittyError } from '../../../src/core/errors/kitty-error.js'
import { Append } from '../../../src/core/files/append-file.js'
import {
  commandOf,
  confirm,
  placesOf,
  portionsOf,
  storeBytes,
  takeBack,
  type Written,
} from '../../../src/core/log/append-portion.js'
import { DAILY_FILES } from '../../../src/core/log/format/day-file.js'
import { FileJournal } from '../../../src/core/log/repair/file-journal.js'
import type { JournalEntry } from '../../../src/core/log/repair/journal.js'
import { note, noteLine, ulid } from '../../support/events.js'
import { errorOf, stepsOf } from '../../support/kitty-error.js'
import { tempFolder } from '../../support/temp-folder.js'

const DAY = '2026-11-22.jsonl'
const NEXT_DAY = '2026-11-23T00:00:00.000Z'
const LIMIT = 256 * 1024

/** An event whose line has this many bytes. */
function longEvent(bytes: number) {
  const withText = (text: string) => ({
    event_type: 'x.other.Thing',
    payload: { feature_slug: '001-login', text },
  })
  return note(1, withText('x'.repeat(bytes - noteLine(1, withText('')).length)))
}

const systemError = (code: string): Error => Object.assign(new Error(`${code}: for a test`), { code })

afterEach(() => {
  vi.restoreAllMocks()
})

describe('the parts of an append', () => {
  const portions = (...events: Parameters<typeof portionsOf>[0]) =>
    portionsOf(events, (timestamp) => DAILY_FILES.fileFor(timestamp))

  it('are one per day, each with its lines in their order', () => {
    const parts = portions(note(1), note(2, { timestamp: NEXT_DAY }), note(3))
    expect(parts.map(({ file, bytes }) => [file, bytes.toString()])).toEqual([
      [DAY, noteLine(1) + noteLine(3)],
      ['2026-11-23.jsonl', noteLine(2, { timestamp: NEXT_DAY })],
    ])
    expect(parts.map(({ lines }) => lines.map(({ event }) => event.event_id))).toEqual([
      [ulid(1), ulid(3)],
      [ulid(2)],
    ])
  })

  it('hold a line of 256 KiB, and refuse one that is a byte longer', () => {
    expect(portions(longEvent(LIMIT))[0]?.bytes).toHaveLength(LIMIT)
    const error = errorOf(() => portions(longEvent(LIMIT + 1)))
    expect(error).toMatchObject({
      kind: 'ValidationError',
      message: `event ${ulid(1)} is 262145 bytes long, at most 262144 are stored: not stored`,
      context: { event_id: ulid(1), bytes: LIMIT + 1, limit: LIMIT },
    })
    expect(stepsOf(error)).toEqual(['put long text into a file of the repository and name it in the event'])
  })

  it('belong to the operation that caused the first event, else to that event', () => {
    expect(commandOf([note(1, { causation_id: 'a command' }), note(2)])).toBe('a command')
    expect(commandOf([note(1), note(2, { causation_id: 'a command' })])).toBe(ulid(1))
    expect(commandOf([])).toBe('')
  })
})

/** An append of two notes to a day's file behind another, and its entry in a journal. */
function written() {
  const root = tempFolder()
  const path = join(root, DAY)
  writeFileSync(path, noteLine(9))
  const [portion] = portionsOf([note(1), note(2)], (timestamp) => DAILY_FILES.fileFor(timestamp))
  if (portion === undefined) throw new Error('two notes have a portion')
  const journalFile = join(root, 'journal.jsonl')
  const journal = new FileJournal(journalFile)
  const entry = journal.append({ id: ulid(1), lines: portion.lines.map(({ bytes }) => bytes) })
  const one: Written = { portion, append: Append.open(path, true) }
  one.append.write(portion.bytes)
  onTestFinished(() => {
    one.append.close()
    entry.close()
    journal.close()
  })
  return { one, path, entry, journalFile, text: portion.bytes.toString() }
}

it('an append says where each of its events is', () => {
  const { one } = written()
  const [first, second] = placesOf(one)
  const start = noteLine(9).length
  expect(first).toEqual({ event: note(1), file: DAY, offset: start, length: noteLine(1).length })
  expect(second).toMatchObject({ event: note(2), offset: start + noteLine(1).length })
})

describe('an append that the disk does not take', () => {
  it.each([
    ['EIO', 'I/O error'],
    ['ENOSPC', 'System error ENOSPC'],
  ])('names its events, the file, and what to do: %s', (code, says) => {
    const { one, path } = written()
    const cause = systemError(code)
    vi.spyOn(one.append, 'sync').mockImplementation(() => {
      throw cause
    })
    const error = errorOf(() => {
      storeBytes(one)
    })
    expect(error).toMatchObject({
      kind: 'DamagedData',
      message: `${says}: ${path}: event ${ulid(1)}, ${ulid(2)} may not be on disk; run again.`,
      context: { code, path, event_ids: [ulid(1), ulid(2)] },
      cause,
    })
    expect(stepsOf(error)).toEqual(['check the disk: dmesg', 'run the command again'])
  })

  it('leaves a defect of the program as it is', () => {
    const { one } = written()
    vi.spyOn(one.append, 'sync').mockImplementation(() => {
      throw new TypeError('a defect')
    })
    expect(() => {
      storeBytes(one)
    }).toThrow(new TypeError('a defect'))
  })
})

describe('an append is confirmed', () => {
  const synced = (entry: JournalEntry) => vi.spyOn(entry, 'sync')

  /** Replaces the file at each of the next syncs, as git would. */
  function replacedAtNext(times: number, path: string): void {
    const sync = vi.spyOn(Append.prototype, 'sync')
    for (let time = 1; time <= times; time += 1) sync.mockImplementationOnce(() => replace(path, time))
  }

  function replace(path: string, seed: number): void {
    writeFileSync(`${path}.git`, noteLine(20 + seed))
    renameSync(`${path}.git`, path)
  }

  it('without another write while its file is in place', () => {
    const { one, path, entry, text } = written()
    const journal = synced(entry)
    confirm(one, entry)
    expect(readFileSync(path, 'utf8')).toBe(noteLine(9) + text)
    expect(journal).not.toHaveBeenCalled()
  })

  it('in the file that git put there, however often within three times', () => {
    const { one, path, entry, text } = written()
    const journal = synced(entry)
    replace(path, 0)
    replacedAtNext(2, path)
    confirm(one, entry)
    expect(readFileSync(path, 'utf8')).toBe(noteLine(22) + text)
    expect(placesOf(one)[0]?.offset).toBe(noteLine(22).length)
    expect(journal).not.toHaveBeenCalled()
  })

  it('by the journal when git replaces the file each time', () => {
    const { one, path, entry } = written()
    const journal = synced(entry)
    replace(path, 0)
    replacedAtNext(3, path)
    confirm(one, entry)
    expect(readFileSync(path, 'utf8')).toBe(noteLine(23))
    expect(journal).toHaveBeenCalledOnce()
  })

  it('by the journal when git has removed the file, which stays away', () => {
    const { one, path, entry } = written()
    const journal = synced(entry)
    rmSync(path)
    confirm(one, entry)
    expect(existsSync(path)).toBe(false)
    expect(journal).toHaveBeenCalledOnce()
  })

  it('by nothing when the journal cannot be on disk either', () => {
    const { one, path, entry } = written()
    rmSync(path)
    vi.spyOn(entry, 'sync').mockImplementation(() => {
      throw systemError('EIO')
    })
    const error = errorOf(() => {
      confirm(one, entry)
    })
    expect(error.message).toBe(
      `I/O error: ${path}: event ${ulid(1)}, ${ulid(2)} may not be on disk; run again.`,
    )
  })

  it('once its name is on disk, where git put an empty file there', () => {
    const { one, path, entry, text } = written()
    writeFileSync(`${path}.git`, '')
    renameSync(`${path}.git`, path)
    const sizes: number[] = []
    vi.spyOn(Append.prototype, 'syncName').mockImplementation(() => {
      sizes.push(readFileSync(path).length)
    })
    confirm(one, entry)
    expect(sizes).toEqual([0])
    expect(readFileSync(path, 'utf8')).toBe(text)
  })
})

describe('an append that fails is taken back', () => {
  const failure = new KittyError('DiskFull', 'The disk is full.', {
    nextSteps: ['free some space'],
    context: { code: 'ENOSPC' },
  })

  it('in the log and in the journal, and the failure is told as it is', () => {
    const { one, path, entry, journalFile } = written()
    expect(takeBack(failure, [one], entry)).toBe(failure)
    expect(readFileSync(path, 'utf8')).toBe(noteLine(9))
    expect(readFileSync(journalFile, 'utf8')).toBe('')
  })

  it.each(['log', 'journal'])(
    'but for the bytes behind which others wrote in the %s, which is said',
    (where) => {
      const { one, path, entry, journalFile } = written()
      appendFileSync(where === 'log' ? path : journalFile, noteLine(7))
      const error = errorOf(() => {
        throw takeBack(failure, [one], entry)
      })
      expect(error).toMatchObject({
        kind: 'DiskFull',
        message: 'The disk is full. What was written could not be taken back: it may be stored.',
        context: { code: 'ENOSPC' },
        nextSteps: failure.nextSteps,
        cause: failure,
      })
      expect(readFileSync(where === 'log' ? path : journalFile, 'utf8')).toContain(noteLine(2) + noteLine(7))
      expect(readFileSync(where === 'log' ? journalFile : path, 'utf8')).not.toContain(noteLine(2))
    },
  )

  it('with the defect of the program that made it fail', () => {
    const { one, path, entry } = written()
    appendFileSync(path, noteLine(7))
    const defect = new TypeError('a defect')
    expect(takeBack(defect, [one], entry)).toBe(defect)
  })
})
