import { appendFileSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { beforeEach, describe, expect, it } from 'vitest'
import { CLOCK_GAP, entityKey, type LogEvent, type NewEvent } from '../../../src/core/events-lib.js'
import { AppendCursor } from '../../../src/core/store/append-cursor.js'
import { note, noteLine, ulid } from '../../support/events.js'
import { PlainLog } from '../../support/plain-log.js'

const DAY = '2026-11-22.jsonl'
const KEY = entityKey(note(1))
const draft = (id: string, feature = '001-login', type = 'WorkPackage'): NewEvent =>
  ({
    event_type: 'NoteAdded',
    entity_id: id,
    entity_type: type,
    payload: { feature_slug: feature, text: 'hm' },
  }) as NewEvent // the entity is what counts

describe('what a process that emits repeatedly knows of the log', () => {
  let made: PlainLog
  let file: string

  beforeEach(() => {
    made = new PlainLog()
    file = made.path(DAY)
  })

  const start = (events: readonly LogEvent[] = [note(1, { parents: [] })], greatest = 0) =>
    AppendCursor.behind(made.log, made.log.append(events), { greatest, heads: () => [ulid(1)] })
  const started = (): AppendCursor => {
    const cursor = start()
    if (cursor === undefined) throw new Error('there is no cursor')
    return cursor
  }
  /** Appends as another process would. */
  const others = (seed: number, changes: Readonly<Record<string, unknown>> = {}): void =>
    appendFileSync(file, noteLine(seed, { parents: [], ...changes }))

  describe('starts', () => {
    it('behind its own lines, with their entities’ heads and the greatest clock value', () => {
      const cursor = started()
      expect(cursor.maximum).toBe(1)
      expect(cursor.heads(KEY)).toEqual([ulid(1)])
      expect(cursor.heads('another')).toEqual([])
      expect(cursor.knows([draft('WP01')])).toBe(true)
      expect(cursor.knows([draft('WP01'), draft('WP02')])).toBe(false)
      expect(cursor.follow()).toBe(true)
      expect(start([note(2, { parents: [ulid(1)] })], 9)?.maximum).toBe(9)
    })

    it('not where its lines are no longer the file’s end, or the file is gone', () => {
      const lines = made.log.append([note(1, { parents: [] })])
      const known = { greatest: 0, heads: () => [] }
      expect(AppendCursor.behind(made.log, [], known)).toBeUndefined()
      others(2)
      expect(AppendCursor.behind(made.log, lines, known)).toBeUndefined()
      rmSync(file)
      expect(AppendCursor.behind(made.log, lines, known)).toBeUndefined()
    })

    it('not behind an event without parents, or far above the log’s clock', () => {
      expect(start([note(1)])).toBeUndefined()
      expect(start([note(2, { parents: [], lamport_clock: CLOCK_GAP })])).toBeDefined()
      expect(start([note(3, { parents: [], lamport_clock: CLOCK_GAP + 1 })])).toBeUndefined()
    })
  })

  describe('goes on', () => {
    it('behind its own appends: each is the entity’s head', () => {
      const cursor = started()
      expect(cursor.append(made.log.append([note(2, { parents: [ulid(1)] })]))).toBe(true)
      expect(cursor.append(made.log.append([note(3, { parents: [ulid(2)] })]))).toBe(true)
      expect([cursor.heads(KEY), cursor.maximum]).toEqual([[ulid(3)], 3])
      expect(cursor.follow()).toBe(true)
    })

    it('behind lines about other entities, whose clock values it takes over', () => {
      const cursor = started()
      others(7, { entity_id: 'WP02' })
      others(5, { payload: { feature_slug: '002-x', text: 'hm' } })
      expect(cursor.follow()).toBe(true)
      expect([cursor.maximum, cursor.heads(KEY)]).toEqual([7, [ulid(1)]])
      others(8, { entity_type: 'FeatureSpec' })
      expect(cursor.follow()).toBe(true)
      expect([cursor.maximum, cursor.heads(KEY)]).toEqual([8, [ulid(1)]])
    })

    it('behind lines about its own entities, whose heads change', () => {
      const cursor = started()
      others(2, { parents: [ulid(1)] })
      expect(cursor.follow()).toBe(true)
      expect([cursor.heads(KEY), cursor.maximum]).toEqual([[ulid(2)], 2])
      others(3, { parents: [ulid(1)] })
      expect(cursor.follow()).toBe(true)
      expect([cursor.heads(KEY), cursor.maximum]).toEqual([[ulid(2), ulid(3)], 3])
      others(4, { parents: [ulid(2), ulid(3)] })
      expect(cursor.follow()).toBe(true)
      expect(cursor.heads(KEY)).toEqual([ulid(4)])
    })

    it('behind a line whose text is not plain, which it parses', () => {
      const cursor = started()
      others(6, { entity_id: 'WPä' })
      expect(cursor.follow()).toBe(true)
      expect(cursor.maximum).toBe(6)
    })
  })

  describe('ends', () => {
    it('when the file is gone, replaced or shorter', () => {
      const cursor = started()
      const content = readFileSync(file)
      truncateSync(file, content.length - 1)
      expect(cursor.follow()).toBe(false)
      writeFileSync(`${file}.new`, content)
      renameSync(`${file}.new`, file)
      expect(cursor.follow()).toBe(false)
      rmSync(file)
      expect(cursor.follow()).toBe(false)
    })

    it('when another file comes', () => {
      const cursor = started()
      made.log.append([note(2, { parents: [], timestamp: '2026-11-23T00:00:00.000Z' })])
      expect(cursor.follow()).toBe(false)
    })

    it.each([
      ['that is no event', 'no event\n'],
      [
        'that holds two events',
        noteLine(2, { parents: [], entity_id: 'WP02' }).trimEnd() + noteLine(3, { parents: [] }),
      ],
      ['that is not whole', noteLine(2, { parents: [], entity_id: 'WP02' }).slice(0, -9)],
      ['without parents', noteLine(2)],
      ['far above the clock', noteLine(2, { parents: [], lamport_clock: CLOCK_GAP + 2 })],
      [
        'about another entity, far above the clock',
        noteLine(2, { parents: [], entity_id: 'WP02', lamport_clock: CLOCK_GAP + 2 }),
      ],
    ])('at a line %s', (_, line) => {
      const cursor = started()
      appendFileSync(file, line)
      expect(cursor.follow()).toBe(false)
    })

    it('after its own append to another file, or behind a line that it has not seen', () => {
      const nextDay = { parents: [], timestamp: '2026-11-23T00:00:00.000Z' }
      expect(started().append(made.log.append([note(2, nextDay)]))).toBe(false)
      rmSync(file)
      const cursor = started()
      others(3)
      expect(cursor.append(made.log.append([note(4, { parents: [ulid(3)] })]))).toBe(false)
    })

    it('after two hundred appends, so that the next reader has little to take in', () => {
      const cursor = started()
      for (let at = 2; at <= 200; at += 1) cursor.append([])
      expect(cursor.follow()).toBe(true)
      cursor.append([])
      expect(cursor.follow()).toBe(false)
    })
  })

  it('takes over a clock value up to the greatest gap', () => {
    const cursor = started()
    others(2, { entity_id: 'WP02', lamport_clock: 1 + CLOCK_GAP })
    expect(cursor.follow()).toBe(true)
    expect(cursor.maximum).toBe(1 + CLOCK_GAP)
  })
})
