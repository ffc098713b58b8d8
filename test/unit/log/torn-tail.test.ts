import {
  appendFileSync,
  closeSync,
  mkdirSync,
  openSync,
  rmSync,
  writeSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { endedTails, forgetEnded } from '../../../src/core/log/repair/ended-tails.js'
import { type LogFolders, repairTail } from '../../../src/core/log/repair/torn-tail.js'
import { noteFields, noteLine } from '../../support/events.js'
import { tempFolder } from '../../support/temp-folder.js'

const DAY = '2026-11-22.jsonl'

function folders(content: string | Buffer): LogFolders & { path: string } {
  const root = tempFolder()
  const eventsDir = join(root, 'events')
  mkdirSync(eventsDir)
  const path = join(eventsDir, DAY)
  writeFileSync(path, content)
  return { eventsDir, errorsDir: join(root, 'errors'), path }
}

describe('repairTail', () => {
  it.each(['', noteLine(1), `${noteLine(1)}\n`])('leaves a file without torn tail as it is', (content) => {
    const log = folders(content)
    expect(repairTail(log, DAY)).toBeUndefined()
    expect(readFileSync(log.path, 'utf8')).toBe(content)
  })

  it('gives a whole event its newline', () => {
    const log = folders(noteLine(1) + noteLine(2).trimEnd())
    expect(repairTail(log, DAY)).toMatchObject({
      file: DAY,
      offset: noteLine(1).length,
      bytes: noteLine(2).length - 1,
      action: 'completed',
    })
    expect(readFileSync(log.path, 'utf8')).toBe(noteLine(1) + noteLine(2))
  })

  it('keeps a whole event of an unknown type as well', () => {
    const foreign = JSON.stringify(noteFields(2, { event_type: 'x.other.Thing' }))
    const log = folders(foreign)
    expect(repairTail(log, DAY)?.action).toBe('completed')
    expect(readFileSync(log.path, 'utf8')).toBe(`${foreign}\n`)
  })

  it('moves anything else out of the log and says where to', () => {
    const torn = noteLine(2).slice(0, 17)
    const log = folders(noteLine(1) + torn)
    const repair = repairTail(log, DAY)
    expect(repair).toMatchObject({ offset: noteLine(1).length, bytes: 17, action: 'quarantined' })
    expect(repair?.message).toMatch(/^2026-11-22\.jsonl was repaired at byte \d+/)
    expect(readFileSync(log.path, 'utf8')).toBe(noteLine(1))
    expect(readFileSync(repair?.quarantine ?? '', 'utf8')).toBe(torn)
    expect(readdirSync(log.errorsDir)).toEqual([expect.stringMatching(/^torn-2026-11-22\.jsonl-/)])
    expect(repairTail(log, DAY)).toBeUndefined()
  })

  it('quarantines the same bytes once, though a crash came between copy and cut', () => {
    const log = folders(noteLine(1) + 'torn')
    repairTail(log, DAY)
    appendFileSync(log.path, 'torn')
    repairTail(log, DAY)
    expect(readdirSync(log.errorsDir)).toHaveLength(1)
    appendFileSync(log.path, 'other')
    repairTail(log, DAY)
    expect(readdirSync(log.errorsDir)).toHaveLength(2)
  })

  it('completes a copy that a crash cut short', () => {
    const log = folders(noteLine(1) + 'torn')
    const copy = repairTail(log, DAY)?.quarantine ?? ''
    writeFileSync(copy, 'to')
    appendFileSync(log.path, 'torn')
    expect(repairTail(log, DAY)?.quarantine).toBe(copy)
    expect(readFileSync(copy, 'utf8')).toBe('torn')
  })

  it('cuts nothing while git may be writing the file: the tail becomes a line of its own, and is noted', () => {
    const log = folders(`${noteLine(1)}torn`)
    const gitDir = tempFolder()
    writeFileSync(join(gitDir, 'index.lock'), '')
    const repair = repairTail({ ...log, logGitDir: gitDir, privateDir: gitDir }, DAY)
    expect(repair?.action).toBe('ended')
    expect(readFileSync(log.path, 'utf8')).toBe(`${noteLine(1)}torn\n`)
    expect(endedTails(gitDir)).toMatchObject([{ file: DAY, bytes: 4 }])
    forgetEnded(gitDir)
    expect(endedTails(gitDir)).toEqual([])
  })

  it('leaves no hole in a file that git goes on writing', () => {
    const whole = [1, 2, 3].map((seed) => noteLine(seed)).join('')
    const log = folders('')
    const gitDir = tempFolder()
    writeFileSync(join(gitDir, 'index.lock'), '')
    for (const pause of [10, noteLine(1).length + 20, whole.length - 5]) {
      rmSync(log.path)
      const git = openSync(log.path, 'wx')
      writeSync(git, whole.slice(0, pause))
      repairTail({ ...log, logGitDir: gitDir, privateDir: gitDir }, DAY)
      writeSync(git, whole.slice(pause))
      closeSync(git)
      expect(readFileSync(log.path, 'utf8')).toBe(whole)
    }
  })

  it('cuts nothing that could not be copied: the tail becomes a line of its own', () => {
    const log = folders(`${noteLine(1)}torn`)
    writeFileSync(log.errorsDir, 'a file in the folder’s place')
    expect(repairTail(log, DAY)?.action).toBe('ended')
    expect(readFileSync(log.path, 'utf8')).toBe(`${noteLine(1)}torn\n`)
  })

  it('copies nothing through a link instead of the folder for errors', () => {
    const log = folders(`${noteLine(1)}torn`)
    const elsewhere = tempFolder()
    symlinkSync(elsewhere, log.errorsDir)
    expect(repairTail(log, DAY)?.action).toBe('ended')
    expect(readdirSync(elsewhere)).toEqual([])
  })

  it('notes no tail that git had no part in', () => {
    const log = folders(`${noteLine(1)}torn`)
    const privateDir = tempFolder()
    writeFileSync(log.errorsDir, 'a file in the folder’s place')
    expect(repairTail({ ...log, logGitDir: tempFolder(), privateDir }, DAY)?.action).toBe('ended')
    expect(endedTails(privateDir)).toEqual([])
  })

  it('ends a tail while git is at work, also where there is no place to note it', () => {
    const log = folders('torn')
    const gitDir = tempFolder()
    writeFileSync(join(gitDir, 'index.lock'), '')
    expect(repairTail({ ...log, logGitDir: gitDir }, DAY)?.action).toBe('ended')
    expect(readFileSync(log.path, 'utf8')).toBe('torn\n')
  })

  it('cuts a tail when git is there and not at work', () => {
    const log = folders('torn')
    const gitDir = tempFolder()
    expect(repairTail({ ...log, logGitDir: gitDir, privateDir: gitDir }, DAY)?.action).toBe('quarantined')
    expect(readFileSync(log.path, 'utf8')).toBe('')
  })

  it('loses no byte and leaves only whole lines, whatever the tail', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 50 }), fc.nat(200_000), (noise, length) => {
        const pattern = noise.map((byte) => (byte === 0x0a ? 0 : byte))
        const tail = Buffer.alloc(length, pattern)
        const log = folders(Buffer.concat([Buffer.from(noteLine(1)), tail]))
        const repair = repairTail(log, DAY)
        expect(repair?.bytes ?? 0).toBe(length)
        expect(readFileSync(log.path, 'utf8')).toBe(noteLine(1))
        if (repair?.quarantine !== undefined) expect(readFileSync(repair.quarantine).equals(tail)).toBe(true)
      }),
      { numRuns: 30 },
    )
  })
})
