import { randomBytes } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ulid } from 'ulid'
import { type Hub, HUB_START, type Outgoing } from '../../../src/core/hub/hub.js'

export const nextId = (): string => ulid(Date.now(), () => randomBytes(1).readUInt8() / 256)

export function outgoing(stream = '001/WP01', event_id = nextId(), text = 'x'): Outgoing {
  return { event_id, stream, day: '2026-11-28', line: Buffer.from(JSON.stringify({ event_id, text })) }
}

/** What every hub promises. @param open a connection to a hub with a new repository in it, twice the same one */
export function hubContract(name: string, open: () => Promise<{ hub: Hub; other: Hub }>): void {
  describe(name, () => {
    let hub: Hub
    let other: Hub
    beforeEach(async () => {
      ;({ hub, other } = await open())
    })
    afterEach(async () => {
      await Promise.all([hub.close(), other.close()])
    })

    const words = async (
      link: Hub,
      events: Outgoing[],
      expects: Record<string, number> = {},
    ): Promise<string[]> =>
      (await link.append(events, new Map(Object.entries(expects)))).map(({ answer }) => answer)

    it('numbers events in the order of their appends, without a gap, and gives them back byte for byte', async () => {
      const events = [outgoing(), outgoing('001'), outgoing()]
      expect(await words(hub, events)).toEqual(['appended', 'appended', 'appended'])
      const read = await other.since(HUB_START, 10)
      if (read === 'reset') throw new Error('a fresh cursor is valid')
      expect(read.map(({ seq }) => seq)).toEqual([1, 2, 3])
      expect(read.map(({ line }) => line)).toEqual(events.map(({ line }) => line))
      expect(await other.versions(['001/WP01', '001', '002'])).toEqual(
        new Map([
          ['001/WP01', 2],
          ['001', 1],
          ['002', 0],
        ]),
      )
    })

    it('answers "duplicate" to a repeat, and "differs" to the same ID with other bytes', async () => {
      const event = outgoing()
      await words(hub, [event])
      expect(await words(other, [event], { '001/WP01': 0 })).toEqual(['duplicate'])
      expect(await words(other, [outgoing('001/WP01', event.event_id, 'y'), outgoing()])).toEqual([
        'differs',
        'refused',
      ])
      expect((await hub.head()).seq).toBe(1)
    })

    it('lets one of two appends with the same expectation win', async () => {
      for (let round = 0; round < 10; round += 1) {
        const expects = { '001/WP01': round }
        const answers = await Promise.all([
          words(hub, [outgoing()], expects),
          words(other, [outgoing()], expects),
        ])
        expect(answers.flat().sort()).toEqual(['appended', 'refused'])
      }
    })

    it('stores all events of an append or none', async () => {
      await words(hub, [outgoing('001/WP02')])
      expect(await words(hub, [outgoing('001/WP01'), outgoing('001/WP02')], { '001/WP02': 0 })).toEqual([
        'refused',
        'refused',
      ])
      expect((await hub.head()).seq).toBe(1)
    })

    it('settles a lost request for good: made, or never', async () => {
      const [made, lost] = [outgoing(), outgoing()]
      await words(hub, [made])
      expect(await other.settle(made.event_id)).toBe('made')
      expect(await other.settle(lost.event_id)).toBe('void')
      expect(await words(hub, [outgoing('001/WP02'), lost])).toEqual(['refused', 'void'])
      expect((await hub.head()).seq).toBe(1)
    })

    it('says "reset" to a cursor that is not its own', async () => {
      const [first, second] = [outgoing(), outgoing()]
      await words(hub, [first, second])
      expect(await hub.since({ seq: 1, event_id: first.event_id }, 10)).toHaveLength(1)
      expect(await hub.since({ seq: 1, event_id: second.event_id }, 10)).toBe('reset')
      expect(await hub.since({ seq: 9, event_id: second.event_id }, 10)).toBe('reset')
    })

    it('compares by day', async () => {
      const events = [outgoing(), { ...outgoing(), day: '2026-11-27' }]
      await words(hub, events)
      const days = await other.days()
      expect(days.map(({ day, events: count }) => [day, count]).sort()).toEqual([
        ['2026-11-27', 1],
        ['2026-11-28', 1],
      ])
      expect(await other.idsOf(['2026-11-27'])).toEqual([events[1]?.event_id])
      expect((await other.lines([events[1]?.event_id ?? ''])).map(({ line }) => line)).toEqual([
        events[1]?.line,
      ])
    })

    it('tells a listener to look', async () => {
      const abort = new AbortController()
      const looked = new Promise<void>((resolve) => {
        void other.listen(resolve, abort.signal)
      })
      await new Promise((resolve) => setTimeout(resolve, 100))
      await words(hub, [outgoing()])
      await looked
      abort.abort()
    })
  })
}
