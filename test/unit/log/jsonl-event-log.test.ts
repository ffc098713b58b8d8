import { execFileSync } from 'node:child_process'
import {
  appendFileSync,
  chmodSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { Append } from '../../../src/core/files/append-file.js'
import { JsonlEventLog } from '../../../src/core/log/jsonl-event-log.js'
import { LastAppend } from '../../../src/core/log/last-append.js'
import { note, noteLine, ulid } from '../../support/events.js'
import { errorOf } from '../../support/kitty-error.js'
import { CAN_LIST_OPEN_FILES, openFiles } from '../../support/open-files.js'
import { tempFolder } from '../../support/temp-folder.js'
import { isThere } from '../../faults/support/tools.js'
import { POSIX } from '../../support/posix.js'
import { FileJournal } from '../../../src/core/log/repair/file-journal.js'
import type { Journal } from '../../../src/core/log/repair/journal.js'

const DAY = '2026-11-22.jsonl'

function logIn(root: string, wrap: (journal: Journal) => Journal = (journal) => journal) {
  const eventsDir = join(root, 'events')
  const journal = new FileJournal(join(root, 'private', 'journal.jsonl'))
  const log = new JsonlEventLog({ eventsDir, errorsDir: join(root, 'errors') }, wrap(journal))
  return { log, journal, eventsDir, day: join(eventsDir, DAY) }
}

/** A file's lines but for those that say what belongs to one command. */
function withoutRecords(path: string): string {
  return readFileSync(path, 'utf8').replaceAll(/^\{"command":.*\n/gm, '')
}

/** A journal that lets something happen between itself and the log's own write, as git would. */
function interrupted(journal: Journal, happens: () => void): Journal {
  return {
    append: (command) => {
      const entry = journal.append(command)
      happens()
      return entry
    },
    read: (since) => journal.read(since),
    rewrite: (keep) => {
      journal.rewrite(keep)
    },
    repair: (errorsDir) => journal.repair(errorsDir),
    size: () => journal.size(),
    close: () => {
      journal.close()
    },
  }
}

/** Lets something happen to the day's file in the middle of the next append, between its write and its end. */
function whileSyncing(happens: () => void): void {
  vi.spyOn(Append.prototype, 'sync').mockImplementationOnce(happens)
}

afterEach(() => {
  vi.restoreAllMocks()
})

describe('append', () => {
  it('writes the journal first', () => {
    const root = tempFolder()
    const seen: string[] = []
    const { log } = logIn(root, (journal) =>
      interrupted(journal, () => {
        seen.push(withoutRecords(join(root, 'private', 'journal.jsonl')))
      }),
    )
    log.append([note(1)])
    expect(seen).toEqual([noteLine(1)])
  })

  it('stores nothing, in log or journal, when one of its files cannot be written', () => {
    const root = tempFolder()
    const { log, day, eventsDir, journal } = logIn(root)
    log.append([note(1)])
    mkdirSync(join(eventsDir, '2026-11-23.jsonl'))
    const error = errorOf(() => log.append([note(2), note(3, { timestamp: '2026-11-23T00:00:00.000Z' })]))
    expect(error.message).toContain('2026-11-23.jsonl')
    expect(readFileSync(day, 'utf8')).toBe(noteLine(1))
    expect(journal.read().lines).toHaveLength(1)
  })

  it.runIf(POSIX)('refuses links, FIFOs and folders instead of a day file, without waiting', () => {
    const root = tempFolder()
    const { log, day, eventsDir, journal } = logIn(root)
    const outside = join(root, 'outside')
    mkdirSync(eventsDir)
    for (const make of [
      () => symlinkSync(outside, day),
      () => symlinkSync('/dev/full', day),
      () => execFileSync('mkfifo', [day]),
      () => mkdirSync(day),
    ]) {
      rmSync(day, { recursive: true, force: true })
      make()
      expect(errorOf(() => log.list())).toMatchObject({ kind: 'UnsafeSetup', exitCode: 5 })
      expect(['UnsafeSetup', 'NotWritable']).toContain(errorOf(() => log.append([note(1)])).kind)
    }
    expect(statSync(outside, { throwIfNoEntry: false })).toBeUndefined()
    expect(journal.read().lines).toEqual([])
  })

  it.runIf(isThere('mount'))('tells a full disk from others, and stores no part of a line', async () => {
    const root = mkdtempSync('/tmp/kitty-full-')
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=32k', 'tmpfs', root])
    const { log, day } = logIn(root)
    try {
      log.append([note(1)])
      writeFileSync(join(root, 'filler'), '')
      try {
        writeFileSync(join(root, 'filler'), Buffer.alloc(64 * 1024))
      } catch {
        // Full is what it is meant to be.
      }
      const before = readFileSync(day)
      const long = note(2, { payload: { feature_slug: '001-login', text: 'x'.repeat(20_000) } })
      const error = errorOf(() => log.append([long]))
      expect(error).toMatchObject({ kind: 'DiskFull', exitCode: 3 })
      expect(error.message).toMatch(/was not stored: disk full; 0 KiB free/)
      expect(readFileSync(day)).toEqual(before)
      expect(withoutRecords(join(root, 'private', 'journal.jsonl'))).toBe(before.toString())
      rmSync(join(root, 'filler'))
      log.append([note(3)])
      expect(readFileSync(day, 'utf8')).toBe(noteLine(1) + noteLine(3))
    } finally {
      log.close()
      execFileSync('umount', [root])
      rmSync(root, { recursive: true })
    }
  })

  it('writes again into the file that git replaced its own with', () => {
    const { log, day } = logIn(tempFolder())
    log.append([note(1)])
    writeFileSync(`${day}.git`, noteLine(9))
    whileSyncing(() => {
      renameSync(`${day}.git`, day)
    })
    const [place] = log.append([note(2)])
    expect(readFileSync(day, 'utf8')).toBe(noteLine(9) + noteLine(2))
    expect(place).toMatchObject({ offset: noteLine(9).length })
  })

  it('writes once more into the file that git cut shorter in place', () => {
    const { log, day } = logIn(tempFolder())
    log.append([note(1)])
    whileSyncing(() => {
      writeFileSync(day, '')
    })
    log.append([note(2)])
    expect(readFileSync(day, 'utf8')).toBe(noteLine(2))
  })

  it('does not stand in git’s way when git has taken the file away: the journal has the line', () => {
    const { log, day, journal } = logIn(tempFolder())
    log.append([note(1)])
    whileSyncing(() => {
      rmSync(day)
    })
    log.append([note(2)])
    expect(statSync(day, { throwIfNoEntry: false })).toBeUndefined()
    expect(log.putBack(journal.read().lines)).toBe(2)
    expect(readFileSync(day, 'utf8')).toBe(noteLine(1) + noteLine(2))
  })
})

describe('a line to put back that is there', () => {
  const unread = (): string => noteLine(2).replace('"text":', '"words":')
  const raw = (bytes: string) => ({
    event_id: ulid(2),
    timestamp: '2026-11-22T09:30:00.000Z',
    bytes: Buffer.from(bytes),
  })

  it.each([
    ['byte for byte', unread()],
    ['with the line end of an editor', unread().replace('\n', '\r\n')],
  ])('is not written again when it cannot be read as an event: %s', (_name, line) => {
    const { log, day, eventsDir } = logIn(tempFolder())
    mkdirSync(eventsDir)
    writeFileSync(day, noteLine(1) + line)
    expect(log.putBack([raw(unread())])).toBe(0)
    expect(readFileSync(day, 'utf8')).toBe(noteLine(1) + line)
  })

  it('is written when the file holds a damaged one instead', () => {
    const { log, day, eventsDir } = logIn(tempFolder())
    mkdirSync(eventsDir)
    writeFileSync(day, unread())
    expect(log.putBack([raw(noteLine(2))])).toBe(1)
    expect(readFileSync(day, 'utf8')).toBe(unread() + noteLine(2))
  })
})

describe('the list of files', () => {
  it('shows whatever was done to a file since it was last asked for', () => {
    const root = tempFolder()
    const { log, day, eventsDir } = logIn(root)
    log.append([note(1), note(2, { timestamp: '2026-11-23T00:00:00.000Z' })])
    const other = join(eventsDir, '2026-11-23.jsonl')
    const seen = new Set<string>()
    for (const change of [
      () => undefined,
      () => log.append([note(3)]),
      () => utimesSync(day, 1, 1),
      () => writeFileSync(day, noteLine(4)),
      () => {
        // As many bytes, and as old.
        writeFileSync(`${day}.git`, noteLine(5))
        utimesSync(`${day}.git`, 1, 1)
        renameSync(`${day}.git`, day)
      },
      () => chmodSync(day, 0o600),
      () => rmSync(other),
      () => renameSync(day, other),
      () => renameSync(other, day),
    ]) {
      change()
      const files = log.list()
      expect(files).toEqual(logIn(root).log.list())
      expect(log.list()).toEqual(files)
      seen.add(JSON.stringify(files))
    }
    expect(seen.size).toBe(9)
    rmSync(day)
    mkdirSync(day)
    expect(errorOf(() => log.list()).kind).toBe('UnsafeSetup')
  })
})

describe('the events at places', () => {
  it.runIf(POSIX)('are not taken from what is no plain file', () => {
    const { log, day } = logIn(tempFolder())
    const places = log.append([note(1), note(2)])
    for (const make of [() => mkdirSync(day), () => execFileSync('mkfifo', [day])]) {
      rmSync(day, { recursive: true })
      make()
      expect(errorOf(() => log.readEvents(places))).toMatchObject({ kind: 'UnsafeSetup', exitCode: 5 })
    }
  })

  it.runIf(CAN_LIST_OPEN_FILES)('leave nothing open, whether they are there or not', () => {
    const root = tempFolder()
    const { log } = logIn(root)
    const places = log.append([note(1), note(2)])
    log.close()
    log.readEvents(places)
    expect(log.readEvents(places.map((place) => ({ ...place, offset: 7 })))).toEqual([undefined, undefined])
    expect(openFiles(root)).toEqual([])
  })
})

describe('append, once more', () => {
  it('goes into the file that git replaced the earlier one with, and never into that earlier one', () => {
    const { log, day } = logIn(tempFolder())
    log.append([note(1)])
    linkSync(day, `${day}.before`)
    writeFileSync(`${day}.git`, noteLine(9))
    renameSync(`${day}.git`, day)
    const [place] = log.append([note(2)])
    expect(place).toMatchObject({ offset: noteLine(9).length })
    expect(readFileSync(day, 'utf8')).toBe(noteLine(9) + noteLine(2))
    expect(readFileSync(`${day}.before`, 'utf8')).toBe(noteLine(1))
  })

  it('creates the file again that git deleted, and never writes to the deleted one', () => {
    const { log, day } = logIn(tempFolder())
    log.append([note(1)])
    renameSync(day, `${day}.before`)
    log.append([note(2)])
    expect(readFileSync(day, 'utf8')).toBe(noteLine(2))
    expect(readFileSync(`${day}.before`, 'utf8')).toBe(noteLine(1))
  })

  it('writes into the journal that another process replaced in between', () => {
    const root = tempFolder()
    const { log, journal } = logIn(root)
    log.append([note(1)])
    log.append([note(2)])
    journal.rewrite(journal.read().lines.slice(1))
    log.append([note(3)])
    expect(withoutRecords(join(root, 'private', 'journal.jsonl'))).toBe(noteLine(2) + noteLine(3))
  })

  it('ends a torn tail first that another process left in between, in log and journal', () => {
    const root = tempFolder()
    const { log, day } = logIn(root)
    log.append([note(1)])
    for (const path of [day, join(root, 'private', 'journal.jsonl')]) {
      appendFileSync(path, '{"half":')
    }
    log.append([note(2)])
    for (const path of [day, join(root, 'private', 'journal.jsonl')])
      expect(withoutRecords(path)).toBe(`${noteLine(1)}{"half":\n${noteLine(2)}`)
  })

  it('ends a torn tail first that has replaced as many bytes', () => {
    const { log, day } = logIn(tempFolder())
    log.append([note(1)])
    const torn = 'x'.repeat(noteLine(1).length)
    writeFileSync(day, torn)
    utimesSync(day, 1, 1)
    log.append([note(2)])
    expect(readFileSync(day, 'utf8')).toBe(`${torn}\n${noteLine(2)}`)
  })

  it('goes on at the end of what another has appended', () => {
    const { log, day } = logIn(tempFolder())
    log.append([note(1)])
    appendFileSync(day, noteLine(7))
    const [place] = log.append([note(2)])
    expect(place).toMatchObject({ offset: noteLine(1).length + noteLine(7).length })
    expect(log.readEvents(place ? [place] : [])).toEqual([note(2)])
  })

  it('has the name of an empty file on disk before its first line, also when another process created it', () => {
    const root = tempFolder()
    const { log, eventsDir, day } = logIn(root)
    mkdirSync(eventsDir)
    // A writer that was killed after it had created the file.
    writeFileSync(day, '')
    const sizes: number[] = []
    vi.spyOn(Append.prototype, 'syncName').mockImplementation(() => {
      sizes.push(statSync(day).size)
    })
    log.append([note(1)])
    log.append([note(2)])
    log.close()
    logIn(root).log.append([note(3)])
    expect(sizes).toEqual([0])
  })

  it.runIf(POSIX)('opens the file again when who may write to it has changed', () => {
    const path = join(tempFolder(), 'file')
    const append = Append.open(path, true)
    append.write(Buffer.from('one\n'))
    expect(append.again()).toBe(true)
    chmodSync(path, 0o444)
    expect(append.again()).toBe(false)
    append.close()
  })

  it.runIf(CAN_LIST_OPEN_FILES)('has the last file open and the journal, and nothing once closed', () => {
    const root = tempFolder()
    const { log, day } = logIn(root)
    log.append([note(1), note(2, { timestamp: '2026-11-23T00:00:00.000Z' })])
    log.append([note(3)])
    expect(openFiles(root)).toEqual([day, join(root, 'private', 'journal.jsonl')])
    rmSync(day)
    mkdirSync(day)
    expect(errorOf(() => log.append([note(4)])).kind).toBe('UnsafeSetup')
    expect(openFiles(root)).toEqual([join(root, 'private', 'journal.jsonl')])
    log.close()
    log.close()
    expect(openFiles(root)).toEqual([])
  })

  it.runIf(CAN_LIST_OPEN_FILES)('leaves nothing open where an open file cannot be replaced', () => {
    const path = join(tempFolder(), 'file')
    const last = new LastAppend(false)
    last.keep(Append.open(path, true))
    expect(openFiles(path)).toEqual([])
    expect(last.again(path)).toBeUndefined()
  })
})
