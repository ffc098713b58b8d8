import { appendFileSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { stubOf } from '../../../src/core/events-lib.js'
import { Append } from '../../../src/core/files/append-file.js'
import { type RawLine, SCAN_START } from '../../../src/core/log/event-log.js'
import { DAILY_FILES, type DayFiles } from '../../../src/core/log/format/day-file.js'
import { JsonlEventLog } from '../../../src/core/log/jsonl-event-log.js'
import { Redactions } from '../../../src/core/log/redactions.js'
import { FileJournal } from '../../../src/core/log/repair/file-journal.js'
import { note, noteLine, ulid } from '../../support/events.js'
import { errorOf } from '../../support/kitty-error.js'
import { CAN_LIST_OPEN_FILES, openFiles } from '../../support/open-files.js'
import { tempFolder } from '../../support/temp-folder.js'

const DAY = '2026-11-22.jsonl'
const NEXT_DAY = '2026-11-23.jsonl'

function logIn(root: string, files: DayFiles = DAILY_FILES) {
  const eventsDir = join(root, 'events')
  mkdirSync(eventsDir)
  const warnings: string[] = []
  const redactions = new Redactions(join(root, 'private'))
  const log = new JsonlEventLog(
    { eventsDir, errorsDir: join(root, 'errors') },
    new FileJournal(join(root, 'private', 'journal.jsonl')),
    () => files,
    (message) => void warnings.push(message),
    undefined,
    redactions,
  )
  return { log, eventsDir, redactions, warnings, day: join(eventsDir, DAY), next: join(eventsDir, NEXT_DAY) }
}

const line = (seed: number, timestamp = '2026-11-22T09:30:00.000Z'): RawLine => ({
  event_id: ulid(seed),
  timestamp,
  bytes: Buffer.from(noteLine(seed, { timestamp })),
})
const tomorrow = (seed: number): RawLine => line(seed, '2026-11-23T09:30:00.000Z')

const systemError = (code: string): Error => Object.assign(new Error(`${code}: for a test`), { code })

afterEach(() => {
  vi.restoreAllMocks()
})

describe('a line of the log', () => {
  const at = (offset: number, length: number) => ({ file: DAY, offset, length })

  it.each([
    ['its newline', 'one\n', 'one'],
    ['a carriage return', 'one\r\n', 'one'],
    ['a byte order mark', '\ufeffone\n', 'one'],
    ['nothing around it', 'one', 'one'],
  ])('is read without %s', (_, text, expected) => {
    const { log, day } = logIn(tempFolder())
    writeFileSync(day, text)
    expect(log.readLine(at(0, Buffer.byteLength(text)))).toBe(expected)
  })

  it('keeps what is within it: marks, carriage returns and the newline of another line', () => {
    const { log, day } = logIn(tempFolder())
    const text = 'a\ufeff\rb\r\nc\n\n'
    writeFileSync(day, text)
    const bytes = Buffer.byteLength(text)
    expect(log.readLine(at(0, bytes))).toBe(Buffer.from('a\ufeff\rb\r\nc\n').toString('latin1'))
  })

  it('has one character per byte', () => {
    const { log, day } = logIn(tempFolder())
    writeFileSync(day, 'x\n猫\n')
    expect(log.readLine(at(2, 4))).toBe(Buffer.from('猫').toString('latin1'))
  })

  it('is not there where the file ends before, or is missing', () => {
    const { log, day } = logIn(tempFolder())
    expect(log.readLine(at(0, 1))).toBeUndefined()
    writeFileSync(day, 'one\n')
    expect(log.readLine(at(0, 5))).toBeUndefined()
    expect(log.readLine(at(1, 3))).toBe('ne')
  })

  it('is what the file has where no redactions are known', () => {
    const root = tempFolder()
    const log = new JsonlEventLog(
      { eventsDir: root, errorsDir: root },
      new FileJournal(join(root, 'journal')),
    )
    writeFileSync(join(root, DAY), noteLine(1))
    expect(log.readLine(at(0, noteLine(1).length))).toBe(noteLine(1).trimEnd())
  })

  it('is the stub of an event that was redacted here', () => {
    const { log, day, redactions } = logIn(tempFolder())
    writeFileSync(day, noteLine(1) + noteLine(2))
    const event = stubOf(note(1), 'a token')
    redactions.record([{ verdict: 'here', event }])
    expect(JSON.parse(log.readLine(at(0, noteLine(1).length)) ?? '')).toEqual(event)
    expect(log.readLine(at(noteLine(1).length, noteLine(2).length))).toBe(noteLine(2).trimEnd())
  })

  it.runIf(CAN_LIST_OPEN_FILES)('leaves its file closed', () => {
    const { log, day } = logIn(tempFolder())
    writeFileSync(day, 'one\n')
    log.readLine(at(0, 4))
    expect(openFiles(day)).toEqual([])
  })
})

describe('lines that are put back', () => {
  it('go into the file of their day, behind what is there', () => {
    const { log, day, next } = logIn(tempFolder())
    writeFileSync(day, noteLine(1))
    expect(log.putBack([line(2), tomorrow(3), line(4)])).toBe(3)
    expect(readFileSync(day, 'utf8')).toBe(noteLine(1) + noteLine(2) + noteLine(4))
    expect(readFileSync(next)).toEqual(tomorrow(3).bytes)
    expect(log.putBack([])).toBe(0)
  })

  it('go where lines that git removed are to go, not where new ones do', () => {
    const { log, day, next } = logIn(tempFolder(), { fileFor: () => DAY, fileForPutBack: () => NEXT_DAY })
    log.putBack([line(2)])
    expect(readFileSync(next, 'utf8')).toBe(noteLine(2))
    expect(statSync(day, { throwIfNoEntry: false })).toBeUndefined()
  })

  it('are the stubs of events that were redacted, also by another process a moment ago', () => {
    const root = tempFolder()
    const { log, day, redactions } = logIn(root)
    expect(redactions.all.size).toBe(0)
    const event = stubOf(note(2), 'a token')
    new Redactions(join(root, 'private')).record([{ verdict: 'here', event }])
    log.putBack([line(1), line(2)])
    expect(readFileSync(day, 'utf8')).toBe(`${noteLine(1)}${JSON.stringify(event)}\n`)
  })

  it('have their file’s name on disk before the first of them', () => {
    const { log, day } = logIn(tempFolder())
    const sizes: number[] = []
    vi.spyOn(Append.prototype, 'syncName').mockImplementation(() => {
      sizes.push(statSync(day).size)
    })
    log.putBack([line(1)])
    expect(sizes).toEqual([0])
  })

  it.runIf(CAN_LIST_OPEN_FILES)('are on disk when that returns, in a file that is closed', () => {
    const { log, day } = logIn(tempFolder())
    const sync = vi.spyOn(Append.prototype, 'sync')
    log.putBack([line(1)])
    expect(sync).toHaveBeenCalledOnce()
    expect(openFiles(day)).toEqual([])
  })

  it.runIf(CAN_LIST_OPEN_FILES)('are taken out again where the disk does not take them', () => {
    const { log, day } = logIn(tempFolder())
    writeFileSync(day, noteLine(1))
    vi.spyOn(Append.prototype, 'sync').mockImplementation(() => {
      throw systemError('EIO')
    })
    const error = errorOf(() => log.putBack([line(2)]))
    expect(error).toMatchObject({ kind: 'DamagedData' })
    expect(error.message).toContain(`${day} was not stored: I/O error`)
    expect(readFileSync(day, 'utf8')).toBe(noteLine(1))
    expect(openFiles(day)).toEqual([])
  })
})

describe('a warning about lines that were stored all the same', () => {
  const withWarning = (): void => {
    vi.spyOn(Append.prototype, 'syncName').mockImplementation(function (this: Append) {
      this.warning = `${this.path} has no name`
    })
  }

  it('reaches the caller of an append, and of what puts lines back', () => {
    const { log, day, next, warnings } = logIn(tempFolder())
    withWarning()
    log.append([note(1)])
    expect(warnings).toEqual([`${day} has no name`])
    log.putBack([tomorrow(2)])
    expect(warnings).toEqual([`${day} has no name`, `${next} has no name`])
    log.append([note(3)])
    log.putBack([line(4)])
    expect(warnings).toHaveLength(2)
  })
})

describe('the folder of the log', () => {
  it('has its files in the order of their names, however they came', () => {
    const { log, eventsDir } = logIn(tempFolder())
    for (const day of [24, 22, 25, 21, 23]) writeFileSync(join(eventsDir, `2026-11-${day}.jsonl`), '')
    expect(log.list().map(({ name }) => name.slice(8, 10))).toEqual(['21', '22', '23', '24', '25'])
  })

  it('is scanned with the stubs of events that were redacted', () => {
    const { log, day, redactions } = logIn(tempFolder())
    writeFileSync(day, noteLine(1) + noteLine(2))
    const event = stubOf(note(1), 'a token')
    redactions.record([{ verdict: 'here', event }])
    const scanned = [...log.scan(DAY, SCAN_START)].flat()
    expect(scanned.map((line) => line.event)).toEqual([event, note(2)])
    expect(log.readEvents(scanned)).toEqual([event, note(2)])
  })

  it('has no state while it is missing', () => {
    const { log, eventsDir } = logIn(tempFolder())
    expect(log.folderState()).not.toBe('')
    rmSync(eventsDir, { recursive: true })
    expect(log.folderState()).toBe('')
  })

  it('is refused where a file is instead of it, and never taken for empty', () => {
    const { log, eventsDir } = logIn(tempFolder())
    rmSync(eventsDir, { recursive: true })
    writeFileSync(eventsDir, '')
    expect(errorOf(() => log.list()).message).toContain(`${eventsDir} was not readable: system error ENOTDIR`)
  })

  it('is searched for torn tails as a whole, or in the files that are named', () => {
    const { log, day, next } = logIn(tempFolder())
    for (const path of [day, next]) appendFileSync(path, 'torn')
    expect(log.prepare([NEXT_DAY]).map(({ file }) => file)).toEqual([NEXT_DAY])
    expect(readFileSync(day, 'utf8')).toBe('torn')
    expect(log.prepare().map(({ file }) => file)).toEqual([DAY])
    expect(log.prepare()).toEqual([])
  })

  it('has its files found by name, and no others', () => {
    const { log, day } = logIn(tempFolder())
    expect(log.find(DAY)).toBeUndefined()
    writeFileSync(day, noteLine(1))
    expect(log.find(DAY)).toMatchObject({ name: DAY, size: noteLine(1).length })
    expect(log.list()).toEqual([log.find(DAY)])
  })
})

describe('an append', () => {
  it('of no events has no trace in the journal either', () => {
    const root = tempFolder()
    expect(logIn(root).log.append([])).toEqual([])
    expect(statSync(join(root, 'private'), { throwIfNoEntry: false })).toBeUndefined()
  })

  it('asks for the settings that choose its file once, and a reader never does', () => {
    const root = tempFolder()
    let asked = 0
    const log = new JsonlEventLog(
      { eventsDir: join(root, 'events'), errorsDir: join(root, 'errors') },
      new FileJournal(join(root, 'journal.jsonl')),
      () => {
        asked += 1
        return DAILY_FILES
      },
    )
    log.list()
    expect(asked).toBe(0)
    log.append([note(1)])
    log.append([note(2)])
    log.putBack([line(3)])
    expect(asked).toBe(1)
  })

  it('has the ID of its operation in the journal', () => {
    const root = tempFolder()
    const { log } = logIn(root)
    log.append([note(1, { causation_id: 'a command' }), note(2)])
    const [record = ''] = readFileSync(join(root, 'private', 'journal.jsonl'), 'utf8').split('\n')
    expect(JSON.parse(record)).toMatchObject({ command: 'a command', count: 2 })
  })

  it('that fails in its second file is in none, and the next one is stored', () => {
    const root = tempFolder()
    const { log, day, next } = logIn(root)
    mkdirSync(next)
    const both = [note(1), note(2, { timestamp: '2026-11-23T09:30:00.000Z' })]
    expect(errorOf(() => log.append(both)).kind).toBe('UnsafeSetup')
    expect(readFileSync(day, 'utf8')).toBe('')
    expect(readFileSync(join(root, 'private', 'journal.jsonl'), 'utf8')).toBe('')
    rmSync(next, { recursive: true })
    expect(log.append(both).map(({ file }) => file)).toEqual([DAY, NEXT_DAY])
  })

  it.runIf(CAN_LIST_OPEN_FILES)('that fails leaves no day file open', () => {
    const { log, eventsDir } = logIn(tempFolder())
    vi.spyOn(Append.prototype, 'sync').mockImplementation(() => {
      throw systemError('EIO')
    })
    errorOf(() => log.append([note(1), note(2, { timestamp: '2026-11-23T09:30:00.000Z' })]))
    expect(openFiles(eventsDir)).toEqual([])
  })
})
