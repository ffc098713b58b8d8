import { describe, expect, it } from 'vitest'
import { crc32 } from '../../../src/core/log/format/crc32.js'
import { journalRecord, readRecords } from '../../../src/core/log/repair/journal-records.js'
import { noteLine, ulid } from '../../support/events.js'

const buffers = (...lines: string[]): Buffer[] => lines.map((line) => Buffer.from(line))

/** What a journal of these texts has, and how much of it is whole commands. */
function read(...texts: (string | Buffer)[]): { ids: string[]; rest: number } {
  const bytes = Buffer.concat(texts.map((text) => Buffer.from(text)))
  const { lines, end } = readRecords(bytes)
  return { ids: lines.map(({ event_id: id }) => id), rest: bytes.length - end }
}

const [ONE, TWO, THREE] = [noteLine(1), noteLine(2), noteLine(3)]

describe('a command in the journal', () => {
  it.each([[[]], [[ONE]], [[ONE, TWO]]])('has a record that counts its lines and sums them up', (lines) => {
    const all = lines.join('')
    const record = JSON.stringify({
      command: 'a "name"',
      count: lines.length,
      crc32: crc32(Buffer.from(all)),
    })
    expect(journalRecord('a "name"', buffers(...lines)).toString()).toBe(`${record}\n${all}`)
  })

  it('of no lines, or of lines that are no events, has none to give, and hides none', () => {
    const odd = journalRecord('odd', buffers('no event\n', TWO, '{}\n'))
    expect(read(journalRecord('empty', []), ONE, odd, THREE)).toEqual({
      ids: [ulid(1), ulid(2), ulid(3)],
      rest: 0,
    })
  })

  it('gives no line when its record promised another number of them', () => {
    const sum = crc32(Buffer.from(ONE))
    const record = (count: number) => `${JSON.stringify({ command: 'x', count, crc32: sum })}\n`
    const next = journalRecord('next', buffers(THREE))
    expect(read(record(1), ONE, next).ids).toEqual([ulid(1), ulid(3)])
    expect(read(record(2), ONE, next).ids).toEqual([ulid(3)])
    expect(read(record(0), ONE, next).ids).toEqual([ulid(1), ulid(3)])
  })

  it('is not over before its last line: the next one is read from its record', () => {
    const whole = journalRecord('x', buffers(ONE, TWO))
    const part = whole.subarray(0, whole.length - TWO.length)
    expect(read(THREE, part)).toEqual({ ids: [ulid(3)], rest: part.length })
    expect(read(THREE, whole)).toEqual({ ids: [ulid(3), ulid(1), ulid(2)], rest: 0 })
  })
})

describe('a line of the journal that is no record', () => {
  it.each([
    '{"count":1,"crc32":0}',
    '{"command":',
    '{"command":"x","count":1}',
    '{"command":"x","crc32":0}',
    '{"command":"x","count":"1","crc32":0}',
    '{"command":"x","count":1,"crc32":"0"}',
    '{"command":"x","count":1,"crc32":null}',
    ' {"command":"x","count":1,"crc32":0}',
    '',
  ])('says nothing of the line behind it: %s', (text) => {
    expect(read(`${text}\n`, ONE)).toEqual({ ids: [ulid(1)], rest: 0 })
  })
})
