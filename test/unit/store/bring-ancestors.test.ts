import { expect, it } from 'vitest'
import type { LogEvent } from '../../../src/core/events-lib.js'
import { rowOf } from '../../../src/core/index/index-row.js'
import { MemoryEventIndex } from '../../../src/core/index/memory-event-index.js'
import type { EventLocation, EventLog } from '../../../src/core/log/event-log.js'
import { bringAncestors } from '../../../src/core/store/bring-ancestors.js'
import { encodeEvent } from '../../../src/core/events-lib.js'
import { note, ulid } from '../../support/events.js'

const OWN = '2026-11-22.jsonl'
const BROUGHT = `hub/${OWN}`

/** An index of events in these files, and a log that reads each at its place; `unreadable` are not there any more. */
async function holding(
  files: Readonly<Record<string, readonly LogEvent[]>>,
  unreadable: readonly string[] = [],
): Promise<{ log: EventLog; index: MemoryEventIndex }> {
  const index = new MemoryEventIndex()
  const events = new Map<string, LogEvent>()
  for (const [file, of] of Object.entries(files))
    for (const [at, event] of of.entries()) {
      await index.insert([rowOf(event, { file, line: at + 1, offset: at, length: 1 })])
      if (!unreadable.includes(event.event_id)) events.set(`${file} ${at}`, event)
    }
  const eventAt = ({ file, offset }: EventLocation): LogEvent | undefined => events.get(`${file} ${offset}`)
  const log = {
    readEvents: (places: readonly EventLocation[]) => places.map(eventAt),
    readLine: (place: EventLocation) => {
      const event = eventAt(place)
      return event && Buffer.from(encodeEvent(event).trimEnd()).toString('latin1')
    },
  } as unknown as EventLog // what a search for ancestors calls
  return { log, index }
}

const withParents = (seed: number, ...parents: number[]): LogEvent =>
  note(seed, { parents: parents.map(ulid), payload: { feature_slug: '001-login', text: `Grüße ${seed}` } })

it('ancestors that only the hub has brought come with their bytes, in the total order', async () => {
  const brought = [
    withParents(3, 1, 2),
    withParents(2, 1),
    withParents(1),
    note(4, { lamport_clock: 1, parents: [] }),
  ]
  const { log, index } = await holding({ [BROUGHT]: brought })
  const found = await bringAncestors(log, index, [withParents(9, 3), withParents(10, 9, 4)])
  expect(found.map(({ event_id }) => event_id)).toEqual([ulid(1), ulid(4), ulid(2), ulid(3)])
  const turned = await bringAncestors(log, index, [withParents(10, 4, 3)])
  expect(turned).toEqual(found)
  expect(found.at(-1)?.bytes.toString()).toBe(encodeEvent(withParents(3, 1, 2)))
  expect(found[0]?.timestamp).toBe('2026-11-22T09:30:00.000Z')
})

it('ancestors in the log itself are not brought, and neither are theirs', async () => {
  const { log, index } = await holding({ [BROUGHT]: [withParents(1)], [OWN]: [withParents(2, 1)] })
  expect(await bringAncestors(log, index, [withParents(3, 2)])).toEqual([])
})

it('events that are appended together need none of each other, and a root none', async () => {
  const { log, index } = await holding({ [BROUGHT]: [withParents(3)] })
  expect(await bringAncestors(log, index, [withParents(3), withParents(4, 3), note(5)])).toEqual([])
})

it('an ancestor that is not there any more is passed over', async () => {
  const { log, index } = await holding({ [BROUGHT]: [withParents(1), withParents(2)] }, [ulid(1)])
  const found = await bringAncestors(log, index, [withParents(3, 1, 2)])
  expect(found.map(({ event_id }) => event_id)).toEqual([ulid(2)])
})
