import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { JsonlEventLog } from '../../../src/core/log/jsonl-event-log.js'
import { makeErrorsFolder, setAside } from '../../../src/core/log/repair/errors-folder.js'
import { FileJournal } from '../../../src/core/log/repair/file-journal.js'
import { quarantineLines } from '../../../src/core/log/repair/quarantine.js'
import type { EventLog } from '../../../src/core/log/event-log.js'
import { noteLine } from '../../support/events.js'
import { errorOf } from '../../support/kitty-error.js'
import { CAN_LIST_OPEN_FILES, openFiles } from '../../support/open-files.js'
import { POSIX } from '../../support/posix.js'
import { tempFolder } from '../../support/temp-folder.js'

const DAY = '2026-11-22.jsonl'

function logWith(text: string) {
  const root = tempFolder()
  const folders = { eventsDir: join(root, 'events'), errorsDir: join(root, 'errors') }
  const log = new JsonlEventLog(folders, new FileJournal(join(root, 'private', 'journal.jsonl')))
  mkdirSync(folders.eventsDir)
  const day = join(folders.eventsDir, DAY)
  writeFileSync(day, text)
  return { root, folders, log, day, errors: () => readdirSync(folders.errorsDir).sort() }
}

/** A log in whose file something happens after each time it was read. */
function replacedAfterScan(log: JsonlEventLog, happens: () => void): EventLog {
  const wrapped: EventLog = Object.create(log) as EventLog // but for `scan`
  wrapped.scan = function* (file, from) {
    const end = yield* log.scan(file, from)
    happens()
    return end
  }
  return wrapped
}

describe('moving damaged lines out of the log', () => {
  it('takes as many as a part of a file can have', () => {
    const many = 'x\n'.repeat(300_000)
    const { log, folders, day } = logWith(many + noteLine(1))
    const copy = quarantineLines(log, folders, DAY)
    expect(readFileSync(day, 'utf8')).toBe(noteLine(1))
    expect(readFileSync(copy ?? '', 'utf8') === many).toBe(true)
  })

  it('copies them byte for byte, says where each was and why, and leaves the others', () => {
    const { folders, log, day, errors } = logWith(`${noteLine(1)}x\n${noteLine(2)}{"a":1}\n`)
    const copy = quarantineLines(log, folders, DAY)
    const crc = crc32('x\n{"a":1}\n').toString(16).padStart(8, '0')
    expect(copy).toBe(join(folders.errorsDir, `damaged-${DAY}-${crc}`))
    expect(readFileSync(copy ?? '', 'utf8')).toBe('x\n{"a":1}\n')
    expect(readFileSync(day, 'utf8')).toBe(noteLine(1) + noteLine(2))
    const notes = readFileSync(`${copy}.note`, 'utf8').trimEnd().split('\n')
    expect(notes.map((line): unknown => JSON.parse(line))).toMatchObject([
      {
        file: DAY,
        line: 2,
        offset: noteLine(1).length,
        length: 2,
        kind: 'not_json',
        message: 'not a JSON object',
      },
      { file: DAY, line: 4, length: 8, message: expect.any(String) as string },
    ])
    expect(errors()).toHaveLength(2)
  })

  it('moves nothing, and makes no folder, where all lines are events or git’s markers', () => {
    const text = `\uFEFF${noteLine(1)}<<<<<<< ours\n${noteLine(2).trimEnd()}\r\n\n`
    const { folders, log, day, root } = logWith(text)
    expect(quarantineLines(log, folders, DAY)).toBeUndefined()
    expect(readFileSync(day, 'utf8')).toBe(text)
    expect(readdirSync(root)).not.toContain('errors')
  })

  it('moves only what is chosen', () => {
    const { folders, log, day } = logWith('x\ny\nz\n')
    const copy = quarantineLines(log, folders, DAY, ({ line }) => line === 2)
    expect(readFileSync(copy ?? '', 'utf8')).toBe('y\n')
    expect(readFileSync(day, 'utf8')).toBe('x\nz\n')
  })

  it('leaves a torn tail to its own repair, however long', () => {
    const tail = 'x'.repeat(300 * 1024)
    for (const text of [`${noteLine(1)}x`, noteLine(1) + tail]) {
      const { folders, log, day } = logWith(text)
      expect(quarantineLines(log, folders, DAY)).toBeUndefined()
      expect(readFileSync(day, 'utf8')).toBe(text)
    }
  })

  it('writes the same copy again after a crash before the cut', () => {
    const { folders, log, errors } = logWith(`x\n${noteLine(1)}`)
    const copy = quarantineLines(log, folders, DAY) ?? ''
    writeFileSync(copy, 'longer than it was\n')
    writeFileSync(join(folders.eventsDir, DAY), `x\n${noteLine(1)}`)
    expect(quarantineLines(log, folders, DAY)).toBe(copy)
    expect(readFileSync(copy, 'utf8')).toBe('x\n')
    expect(errors()).toHaveLength(2)
  })

  it('reads the file again that git has replaced, and gives up where git goes on', () => {
    const { folders, log, day } = logWith('x\n')
    let times = 0
    const once = replacedAfterScan(log, () => {
      times += 1
      if (times === 1) writeFileSync(day, `${noteLine(1)}y\n`)
    })
    expect(quarantineLines(once, folders, DAY)).toMatch(/damaged-/)
    expect(readFileSync(day, 'utf8')).toBe(noteLine(1))
    times = 0
    writeFileSync(day, 'x\n')
    const ever = replacedAfterScan(log, () => {
      times += 1
      writeFileSync(day, `${'x'.repeat(times + 1)}\n`)
    })
    expect(quarantineLines(ever, folders, DAY)).toBeUndefined()
    expect(times).toBe(3)
    expect(readFileSync(day, 'utf8')).toBe('xxxx\n')
  })

  it.runIf(POSIX)('cuts nothing that it could not copy', () => {
    const { root, folders, log, day } = logWith('x\n')
    symlinkSync(root, folders.errorsDir)
    expect(errorOf(() => quarantineLines(log, folders, DAY)).kind).toBe('UnsafeSetup')
    expect(readFileSync(day, 'utf8')).toBe('x\n')
    rmSync(folders.errorsDir)
    mkdirSync(join(folders.errorsDir, `damaged-${DAY}-${crc32('x\n').toString(16).padStart(8, '0')}`), {
      recursive: true,
    })
    expect(errorOf(() => quarantineLines(log, folders, DAY)).message).toContain(folders.errorsDir)
    expect(readFileSync(day, 'utf8')).toBe('x\n')
  })

  it.runIf(CAN_LIST_OPEN_FILES)('leaves nothing open', () => {
    const { root, folders, log } = logWith('x\n')
    quarantineLines(log, folders, DAY)
    expect(openFiles(root)).toEqual([])
  })
})

describe('the errors folder', () => {
  it('is made where it is missing, and stays where it is there', () => {
    const folder = join(tempFolder(), 'deep', 'errors')
    makeErrorsFolder(folder)
    writeFileSync(join(folder, 'x'), '')
    makeErrorsFolder(folder)
    expect(readdirSync(folder)).toEqual(['x'])
  })

  it.runIf(POSIX)('is not a link or a file in its place', () => {
    const root = tempFolder()
    symlinkSync(root, join(root, 'link'))
    writeFileSync(join(root, 'file'), '')
    expect(
      errorOf(() => {
        makeErrorsFolder(join(root, 'link'))
      }).message,
    ).toContain('symbolic link')
    const error = errorOf(() => {
      makeErrorsFolder(join(root, 'file'))
    })
    expect(error.kind).toBe('UnsafeSetup')
    expect(error.message).toContain('is a file')
  })

  it('takes what is in the wrong place, under a name that is free', () => {
    const root = tempFolder()
    const errors = join(root, 'errors')
    const now = new Date('2026-11-22T09:30:00.123Z')
    const moved = ['a', 'b'].map((text) => {
      writeFileSync(join(root, 'notes.txt'), text)
      return setAside(join(root, 'notes.txt'), errors, now)
    })
    expect(moved[0]).toBe(join(errors, 'set-aside-2026-11-22T09-30-00-123Z-notes.txt'))
    expect(moved.map((path) => readFileSync(path, 'utf8'))).toEqual(['a', 'b'])
    expect(readdirSync(root)).toEqual(['errors'])
  })
})
