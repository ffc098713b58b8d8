import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { crc32 } from '../../../src/core/log/format/crc32.js'
import { moveToErrors, repairTail } from '../../../src/core/log/repair/torn-tail.js'
import { noteLine } from '../../support/events.js'
import { errorOf } from '../../support/kitty-error.js'
import { CAN_LIST_OPEN_FILES, openFiles } from '../../support/open-files.js'
import { POSIX } from '../../support/posix.js'
import { tempFolder } from '../../support/temp-folder.js'

const DAY = '2026-11-22.jsonl'
const KIBIBYTE = 1024

function folders() {
  const root = tempFolder()
  const eventsDir = join(root, 'events')
  mkdirSync(eventsDir)
  return { eventsDir, errorsDir: join(root, 'errors'), path: join(eventsDir, DAY) }
}

function repaired(content: string) {
  const log = folders()
  writeFileSync(log.path, content)
  const repair = repairTail(log, DAY)
  return { ...log, repair, left: readFileSync(log.path, 'utf8') }
}

describe('where a tail begins', () => {
  it('is behind the last newline, also when that is the first byte of the file or of what is read', () => {
    for (const [front, tail] of [
      ['\n', 'torn'],
      [noteLine(1), 'x'.repeat(64 * KIBIBYTE - 1)],
      [noteLine(1), 'x'.repeat(64 * KIBIBYTE)],
      [noteLine(1), 'x'.repeat(300 * KIBIBYTE)],
    ] as const) {
      const { repair, left } = repaired(front + tail)
      expect(repair).toMatchObject({ offset: front.length, bytes: tail.length, action: 'quarantined' })
      expect(left).toBe(front)
    }
  })

  it('is the start of a file without a newline', () => {
    expect(repaired('x'.repeat(200 * KIBIBYTE))).toMatchObject({
      repair: { offset: 0, bytes: 200 * KIBIBYTE },
      left: '',
    })
  })
})

describe('a tail', () => {
  it('is a whole event behind any number of lines', () => {
    const front = Array.from({ length: 1_000 }, (_, at) => noteLine(at + 2)).join('')
    expect(front.length).toBeGreaterThan(256 * KIBIBYTE)
    const { repair, left } = repaired(front + noteLine(1).trimEnd())
    expect(repair?.action).toBe('completed')
    expect(left).toBe(front + noteLine(1))
  })

  it.each([' \t ', '\r'])('of blanks is no event: %j', (blanks) => {
    const { repair, left } = repaired(noteLine(1) + blanks)
    expect(repair).toMatchObject({ bytes: blanks.length, action: 'quarantined' })
    expect(left).toBe(noteLine(1))
  })

  it('is told of with its file, its place, its length, and what became of it', () => {
    const place = `${DAY} was repaired at byte ${noteLine(1).length}:`
    const whole = noteLine(2).trimEnd()
    expect(repaired(noteLine(1) + whole).repair?.message).toBe(
      `${place} ${whole.length} bytes without a newline, a whole event, kept.`,
    )
    const { repair } = repaired(`${noteLine(1)}x`)
    expect(repair?.message).toBe(`${place} 1 byte without a newline moved to ${repair?.quarantine}`)
    const log = folders()
    writeFileSync(log.path, `${noteLine(1)}torn`)
    writeFileSync(log.errorsDir, 'a file in the folder’s place')
    expect(repairTail(log, DAY)?.message).toBe(`${place} 4 bytes without a newline, not an event, ended.`)
  })

  it('has a copy named after its file, place, length and checksum, of eight digits', () => {
    const nameOf = (tail: string): string => `torn-${DAY}-${noteLine(1).length}-${tail.length}-`
    // The checksum of the second begins with a zero.
    for (const [tail, sum] of [
      ['torn', crc32(Buffer.from('torn')).toString(16)],
      ['tail 11', `0${crc32(Buffer.from('tail 11')).toString(16)}`],
    ] as const) {
      expect(sum).toHaveLength(8)
      expect(readdirSync(repaired(noteLine(1) + tail).errorsDir)).toEqual([nameOf(tail) + sum])
    }
  })
})

describe('a repair', () => {
  it('has nothing to do where the file is gone', () => {
    expect(repairTail(folders(), DAY)).toBeUndefined()
  })

  it.runIf(POSIX).each([
    ['link', (path: string) => symlinkSync('/dev/null', path)],
    ['directory', (path: string) => mkdirSync(path)],
    ['FIFO', (path: string) => execFileSync('mkfifo', [path])],
  ])('refuses a %s in the file’s place', (type, make) => {
    const log = folders()
    make(log.path)
    const error = errorOf(() => repairTail(log, DAY))
    expect(error.kind).toBe('UnsafeSetup')
    expect(error.message).toContain(`${log.path} is a ${type === 'link' ? 'symbolic link' : type}`)
  })

  it('says what the system does, where the file cannot be asked for', () => {
    const log = folders()
    const error = errorOf(() => repairTail(log, `${'x'.repeat(300)}.jsonl`))
    expect(error.message).toMatch(/\.jsonl was not stored: name too long/)
  })

  it.runIf(CAN_LIST_OPEN_FILES)('leaves nothing open, neither the file nor the copy', () => {
    const { eventsDir, errorsDir } = repaired('torn')
    expect([...openFiles(eventsDir), ...openFiles(errorsDir)]).toEqual([])
  })
})

describe('the end of a file that only the lock holder writes', () => {
  it.runIf(CAN_LIST_OPEN_FILES)('moves to the errors folder, and the file is closed', () => {
    const { path, errorsDir } = folders()
    writeFileSync(path, 'whole\ntorn')
    const copy = moveToErrors(path, 6, errorsDir)
    expect(readFileSync(copy ?? '', 'utf8')).toBe('torn')
    expect(readFileSync(path, 'utf8')).toBe('whole\n')
    expect(openFiles(path)).toEqual([])
  })

  it('stays where no copy can be made', () => {
    const { path, errorsDir } = folders()
    writeFileSync(path, 'whole\ntorn')
    writeFileSync(errorsDir, 'a file in the folder’s place')
    expect(moveToErrors(path, 6, errorsDir)).toBeUndefined()
    expect(readFileSync(path, 'utf8')).toBe('whole\ntorn')
  })
})
