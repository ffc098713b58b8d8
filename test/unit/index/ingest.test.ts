import { appendFileSync, rmSync } from 'node:fs'
import { beforeEach, describe, expect, it } from 'vitest'
import { CLOCK_GAP, encodeEvent, fold, type LogEvent } from '../../../src/core/events-lib.js'
import { catchUp } from '../../../src/core/index/ingest/catch-up.js'
import { OverlaidLog } from '../../../src/core/log/overlaid-log.js'
import { note, ulid } from '../../support/events.js'
import { PlainLog } from '../../support/plain-log.js'

const DAY = '2026-11-22.jsonl'
const NEXT_DAY = '2026-11-23.jsonl'
const FAR = 5 * CLOCK_GAP

describe('lines that an index takes in', () => {
  let made: PlainLog
  /** Appends these events to a file, whatever their days, and catches up. */
  const read = async (file: string, ...events: LogEvent[]) => {
    appendFileSync(made.path(file), events.map(encodeEvent).join(''))
    return catchUp(made.log, made.index)
  }
  const problems = async (): Promise<unknown[]> =>
    (await made.index.problems()).map(({ file, line, kind }) => `${file}:${line} ${kind}`)
  const clock = (lamport_clock: number, seed = lamport_clock): LogEvent => note(seed, { lamport_clock })
  const states = (): Promise<unknown> => made.index.workPackages()

  beforeEach(() => {
    made = new PlainLog()
  })

  describe('out of order', () => {
    it('are a problem, for the first one of a file only', async () => {
      await read(DAY, clock(5), clock(4), clock(3))
      await read(NEXT_DAY, clock(9), clock(8))
      expect(await problems()).toEqual([`${DAY}:2 out_of_order`, `${NEXT_DAY}:2 out_of_order`])
      expect((await made.index.problems())[0]?.message).toBe(
        'stands behind a later event; order is told by the clock alone',
      )
    })

    it('are found behind a line that was read before', async () => {
      await read(DAY, clock(5), clock(6))
      await read(DAY, clock(5, 50))
      expect(await problems()).toEqual([`${DAY}:3 out_of_order`])
    })

    it('are found behind a line of another batch', async () => {
      const scan = made.log.scan.bind(made.log)
      made.log.scan = function* (file, from) {
        const batches = scan(file, from)
        let step = batches.next()
        for (; !step.done; step = batches.next()) for (const line of step.value) yield [line]
        return step.value
      }
      await read(DAY, clock(5), clock(4))
      expect(await problems()).toEqual([`${DAY}:2 out_of_order`])
    })

    it('are found behind the greatest clock of the file, not the last', async () => {
      await read(DAY, clock(5), clock(3))
      await read(NEXT_DAY, clock(2), clock(7), clock(6))
      expect(await problems()).toEqual([`${DAY}:2 out_of_order`, `${NEXT_DAY}:3 out_of_order`])
    })

    it('are not those with the same clock, nor those behind another file’s', async () => {
      await read(DAY, clock(5), clock(5, 50))
      await read(NEXT_DAY, clock(4))
      await read(NEXT_DAY, clock(5, 51))
      expect(await problems()).toEqual([])
    })

    it('are found behind an event that is as far above the others as the gap is wide', async () => {
      await read(DAY, clock(1), clock(CLOCK_GAP + 1), clock(2))
      expect(await problems()).toEqual([`${DAY}:3 out_of_order`])
    })

    it('are no problem in a file that the hub has brought', async () => {
      const hub = new PlainLog()
      appendFileSync(hub.path(DAY), [clock(5), clock(4)].map(encodeEvent).join(''))
      await catchUp(new OverlaidLog(made.log, hub.log, () => () => undefined), made.index)
      expect((await made.index.locate({})).map(({ file }) => file)).toEqual([`hub/${DAY}`, `hub/${DAY}`])
      expect(await problems()).toEqual([])
    })

    it('are not those behind an event whose clock cannot be true', async () => {
      await read(DAY, clock(1), clock(FAR), clock(2))
      expect(await problems()).toEqual([])
      await read(DAY, clock(3))
      expect(await problems()).toEqual([])
      expect(await made.index.maximumClock()).toBe(3)
    })
  })

  it('are kept when their clock cannot be true, and are in no state', async () => {
    await read(DAY, clock(1), clock(FAR), clock(2))
    expect(await made.index.count()).toBe(3)
    expect(await made.index.clocks()).toEqual({ trusted: 2, greatest: FAR })
    expect(await states()).toEqual([fold([clock(1), clock(2)])])
  })

  it('may be as far above the others as the gap is wide', async () => {
    await read(DAY, clock(1), clock(CLOCK_GAP + 1))
    expect(await made.index.maximumClock()).toBe(CLOCK_GAP + 1)
    expect(await made.index.suspicious()).toEqual([])
  })

  it('are in their state once the gap below them has closed, in any file', async () => {
    const far = clock(CLOCK_GAP + 100)
    const other = note(7, { lamport_clock: 3 * CLOCK_GAP, entity_id: 'WP02' })
    await read(DAY, clock(1), far, other)
    expect(await states()).toEqual([fold([clock(1)])])
    await read(NEXT_DAY, clock(CLOCK_GAP))
    expect(await states()).toEqual([fold([clock(1), clock(CLOCK_GAP), far])])
    expect(await made.index.maximumClock()).toBe(CLOCK_GAP + 100)
    expect((await made.index.suspicious()).map(({ event_id }) => event_id)).toEqual([other.event_id])
  })

  it('are in their state when the gap closes in the batch that brings them', async () => {
    const far = clock(CLOCK_GAP + 100)
    await read(DAY, clock(1), far, clock(CLOCK_GAP))
    expect(await states()).toEqual([fold([clock(1), clock(CLOCK_GAP), far])])
    expect(await made.index.suspicious()).toEqual([])
  })

  it('leave the clock where a gap opens again below the lines that stay', async () => {
    await read(DAY, clock(1))
    await read(NEXT_DAY, clock(CLOCK_GAP))
    await read('2026-11-24.jsonl', clock(2 * CLOCK_GAP))
    expect(await made.index.maximumClock()).toBe(2 * CLOCK_GAP)
    rmSync(made.path(NEXT_DAY))
    await catchUp(made.log, made.index)
    expect(await made.index.maximumClock()).toBe(1)
    expect(await states()).toEqual([fold([clock(1)])])
  })

  it('are in their state again where a file below a gap was rewritten and closes it as before', async () => {
    await read(DAY, clock(1))
    await read(NEXT_DAY, clock(CLOCK_GAP))
    await read('2026-11-24.jsonl', clock(2 * CLOCK_GAP))
    rmSync(made.path(NEXT_DAY))
    await read(NEXT_DAY, note(9, { lamport_clock: CLOCK_GAP }))
    expect(await made.index.maximumClock()).toBe(2 * CLOCK_GAP)
    expect((await made.index.workPackages())[0]?.event_count).toBe(3)
  })

  it('go on from where the clock was', async () => {
    await read(DAY, clock(CLOCK_GAP))
    await read(DAY, clock(2 * CLOCK_GAP))
    await read(DAY, clock(3 * CLOCK_GAP))
    expect(await made.index.maximumClock()).toBe(3 * CLOCK_GAP)
    expect((await made.index.workPackages())[0]?.event_count).toBe(3)
  })

  describe('that the log has more than once', () => {
    it('count once, and the place of the second one is a problem', async () => {
      await read(DAY, note(1))
      await read(NEXT_DAY, note(2), note(1))
      expect(await made.index.count()).toBe(2)
      expect(await problems()).toContain(`${NEXT_DAY}:2 duplicate_elsewhere`)
    })

    it('are found where they still are when one of their files is gone', async () => {
      await read(DAY, note(1))
      await read(NEXT_DAY, note(1), note(2))
      await read('2026-11-24.jsonl', note(3))
      rmSync(made.path(DAY))
      // Any file may have had the row: all of them are read again.
      expect((await catchUp(made.log, made.index)).lines).toBe(3)
      expect(await made.index.rows([ulid(1)])).toMatchObject([{ file: NEXT_DAY, line: 1 }])
      expect(await states()).toEqual([fold([note(1), note(2), note(3)])])
    })

    it('make no difference where no event is in two places', async () => {
      await read(DAY, note(2), note(1))
      await read(NEXT_DAY, note(3))
      await read('2026-11-24.jsonl', note(4))
      rmSync(made.path(NEXT_DAY))
      expect((await catchUp(made.log, made.index)).lines).toBe(0)
      expect(await states()).toEqual([fold([note(1), note(2), note(4)])])
    })

    it('count in the package of the line that counts', async () => {
      const [one, other] = ['WP01', 'WP02'].map((entity_id) => note(1, { entity_id }))
      if (one === undefined || other === undefined) throw new Error('there are two')
      await read(DAY, other)
      await read(NEXT_DAY, one)
      const again = new PlainLog()
      made = again
      await read(DAY, one)
      await read(NEXT_DAY, other)
      expect(await states()).toEqual([fold([one])])
    })
  })

  it('of a file that is gone leave no package and no feature behind', async () => {
    const spec = note(3, {
      event_type: 'SpecCreated',
      entity_type: 'FeatureSpec',
      entity_id: '002-x',
      payload: { feature_slug: '002-x', title: 'X', mission: 'software-dev', created_by: 'ada' },
    })
    await read(DAY, note(1))
    await read(NEXT_DAY, note(2, { entity_id: 'WP02' }), spec)
    expect((await made.index.features()).map(({ feature_slug }) => feature_slug)).toEqual(['002-x'])
    rmSync(made.path(NEXT_DAY))
    await catchUp(made.log, made.index)
    expect(await states()).toEqual([fold([note(1)])])
    expect(await made.index.features()).toEqual([])
  })
})
