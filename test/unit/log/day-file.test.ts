import { describe, expect, it } from 'vitest'
import {
  DAILY_FILES,
  dayFileAt,
  dayOf,
  fileRank,
  isDay,
  isDayFile,
  isOverlayFile,
  isRecordedFile,
  recordedFile,
} from '../../../src/core/log/format/day-file.js'
import { errorOf, stepsOf } from '../../support/kitty-error.js'

describe('a day file', () => {
  it.each(['2026-11-22.jsonl', '2026-11-22.k3f9-2.jsonl', '2026-11-22.A_b.jsonl', '2026-11-22.hub.jsonl'])(
    'may be called %s',
    (name) => {
      expect(isDayFile(name)).toBe(true)
    },
  )

  it.each([
    'x2026-11-22.jsonl',
    '2026-11-22.jsonl~',
    '2026-11-22.jsonl.gz',
    '2026-11-22..jsonl',
    '2026-11-22.a.b.jsonl',
    '2026-11-22.a/b.jsonl',
    '2026-1-22.jsonl',
    'hub/2026-11-22.jsonl',
    `2026-11-22.${'a'.repeat(101)}.jsonl`,
    'notes.jsonl',
  ])('is never called %s', (name) => {
    expect(isDayFile(name)).toBe(false)
  })

  it('is what git means by a path directly in the log’s folder', () => {
    const folder = '.kittify/events'
    expect(dayFileAt('.kittify/events/2026-11-22.jsonl', folder)).toBe('2026-11-22.jsonl')
    for (const path of ['old/2026-11-22.jsonl', 'index.db'])
      expect(dayFileAt(`${folder}/${path}`, folder)).toBeUndefined()
    expect(dayFileAt('kitty-specs/evn/2026-11-22.jsonl', folder)).toBeUndefined()
  })

  it('is of a day that there is', () => {
    expect(['2026-02-28', '2028-02-29', '2026-12-31'].every(isDay)).toBe(true)
    expect(['2026-02-29', '2026-02-31', '2026-13-01', '2026-1-1', '2026-01-01T', ''].some(isDay)).toBe(false)
  })

  it('is named by the day of the timestamp', () => {
    const timestamp = '2026-11-22T23:59:59.999Z'
    expect(dayOf(timestamp)).toBe('2026-11-22')
    expect([DAILY_FILES.fileFor(timestamp), DAILY_FILES.fileForPutBack(timestamp)]).toEqual([
      '2026-11-22.jsonl',
      '2026-11-22.jsonl',
    ])
  })

  it.each(['', 'today', ' 2026-11-22', '../2026-11-22'])('is refused for the timestamp "%s"', (timestamp) => {
    const error = errorOf(() => dayOf(timestamp))
    expect(error.kind).toBe('ValidationError')
    expect(error.message).toContain("is not an event's timestamp.")
    expect(error.message).toContain(timestamp)
    expect(stepsOf(error)).toEqual([
      'give RFC 3339 UTC with milliseconds, for example 2026-11-22T09:30:00.000Z',
    ])
  })
})

describe('which of two files has a line that both hold', () => {
  it('is the branch’s own, then what the hub had and was recorded, then what only the hub has', () => {
    const recorded = recordedFile('2026-11-22')
    expect(recorded).toBe('2026-11-22.hub.jsonl')
    expect(['2026-11-22.jsonl', recorded, `hub/2026-11-22.jsonl`, `hub/${recorded}`].map(fileRank)).toEqual([
      0, 1, 2, 2,
    ])
  })

  it('goes by the name', () => {
    expect(isRecordedFile('2026-11-22.hub.jsonl')).toBe(true)
    for (const name of ['2026-11-22.jsonl', 'hub/2026-11-22.hub.jsonl', '.hub.jsonl.2026'])
      expect(isRecordedFile(name), name).toBe(false)
    expect(['hub/x', 'x/hub/'].map(isOverlayFile)).toEqual([true, false])
  })
})
