import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { endedTails, forgetEnded, noteEnded } from '../../../src/core/log/repair/ended-tails.js'
import { POSIX } from '../../support/posix.js'
import { tempFolder } from '../../support/temp-folder.js'

const TAIL = { file: '2026-11-22.jsonl', bytes: 7, crc32: 9 }

describe('tails that became lines of their own', () => {
  it('are known until they are forgotten, in the order in which they were noted', () => {
    const folder = tempFolder()
    expect(endedTails(folder)).toEqual([])
    noteEnded(folder, TAIL)
    noteEnded(folder, { ...TAIL, bytes: 8 })
    expect(endedTails(folder)).toEqual([TAIL, { ...TAIL, bytes: 8 }])
    forgetEnded(folder)
    expect(endedTails(folder)).toEqual([])
    forgetEnded(folder)
  })

  it.runIf(POSIX)('are for their owner’s eyes', () => {
    const folder = tempFolder()
    noteEnded(folder, TAIL)
    expect(statSync(join(folder, 'ended-tails')).mode & 0o777).toBe(0o600)
  })

  it.each([
    '',
    'x',
    'null',
    '7',
    '{"bytes":7,"crc32":9}',
    '{"file":"a","crc32":9}',
    '{"file":"a","bytes":7}',
    '{"file":1,"bytes":7,"crc32":9}',
    '{"file":"a","bytes":"7","crc32":9}',
    '{"file":"a","bytes":7,"crc32":"9"}',
  ])('are not what a crash left: %s', (text) => {
    const folder = tempFolder()
    writeFileSync(join(folder, 'ended-tails'), `${text}\n${JSON.stringify({ ...TAIL, more: 1 })}\n`)
    expect(endedTails(folder)).toEqual([TAIL])
  })

  it('are not noted, and none are known, where that cannot be done', () => {
    const folder = tempFolder()
    mkdirSync(join(folder, 'ended-tails'))
    noteEnded(folder, TAIL)
    expect(endedTails(folder)).toEqual([])
    noteEnded(join(folder, 'missing'), TAIL)
    expect(endedTails(join(folder, 'missing'))).toEqual([])
  })

  it('are one line each', () => {
    const folder = tempFolder()
    noteEnded(folder, TAIL)
    expect(readFileSync(join(folder, 'ended-tails'), 'utf8')).toBe(`${JSON.stringify(TAIL)}\n`)
  })
})
