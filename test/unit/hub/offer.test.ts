import { describe, expect, it } from 'vitest'
import { Notices } from '../../../src/core/errors/notices.js'
import type { Appended, Hub, Outgoing } from '../../../src/core/hub/hub.js'
import { hubFailure } from '../../../src/core/hub/hub-failure.js'
import { Offer } from '../../../src/core/hub/offer.js'
import { Outbox } from '../../../src/core/hub/outbox.js'
import { EventStore } from '../../../src/core/store/event-store.js'
import { kittyIn, project } from '../../support/kitty.js'

/** A server that refuses every append with one of these events, as for content that its types do not take. */
function refusing(bad: ReadonlySet<string>, code: string): { hub: Hub; stored: string[] } {
  const stored: string[] = []
  const append = async (events: readonly Outgoing[]): Promise<Appended[]> => {
    if (events.some(({ event_id }) => bad.has(event_id)))
      throw hubFailure(Object.assign(new Error(), { code }), {
        server: 'db1:5432',
        database: 'k',
        user: 'ada',
      })
    return events.map(({ event_id }) => {
      if (stored.includes(event_id)) return { event_id, answer: 'duplicate' }
      stored.push(event_id)
      return { event_id, answer: 'appended' }
    })
  }
  // Cast: an offer only appends.
  return { hub: { append } as Partial<Hub> as Hub, stored }
}

describe('events that are offered to a hub', () => {
  it.each([
    ['one', 1],
    ['two', 2],
  ])('go on without the %s that it cannot store', async (_, count) => {
    const resolver = kittyIn(await project())
    const [offer, outbox] = [await resolver.resolve(Offer), await resolver.resolve(Outbox)]
    const ids = (await (await resolver.resolve(EventStore)).wholeLog()).map(({ event_id }) => event_id)
    outbox.add(ids)
    const bad = new Set<string>(ids.slice(-count))
    const { hub, stored } = refusing(bad, '22P02')
    expect(await offer.all(hub)).toBe(ids.length - count)
    expect(new Set(stored)).toEqual(new Set(ids.filter((id) => !bad.has(id))))
    expect(outbox.ids()).toEqual([])
    expect((await resolver.resolve(Notices)).all).toHaveLength(count)
  })

  it('wait when the server itself stores nothing', async () => {
    const resolver = kittyIn(await project())
    const [offer, outbox] = [await resolver.resolve(Offer), await resolver.resolve(Outbox)]
    const ids = (await (await resolver.resolve(EventStore)).wholeLog()).map(({ event_id }) => event_id)
    outbox.add(ids)
    await expect(offer.all(refusing(new Set(ids), '25006').hub)).rejects.toMatchObject({
      kind: 'HubUnreachable',
    })
    expect(outbox.ids()).toEqual(ids)
  })
})
