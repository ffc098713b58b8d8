import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import type { Appended, Hub, Outgoing } from '../../../src/core/hub/hub.js'
import { LocalEvents } from '../../../src/core/hub/local-events.js'
import { Offer } from '../../../src/core/hub/offer.js'
import { Outbox } from '../../../src/core/hub/outbox.js'
import { EventStore } from '../../../src/core/store/event-store.js'
import type { Resolver } from '../../../src/core/token.js'
import { emit, kittyIn, project } from '../../support/kitty.js'

const note = (text: string) => ({
  event_type: 'NoteAdded' as const,
  entity_id: 'WP01',
  entity_type: 'WorkPackage' as const,
  payload: { feature_slug: '001-login', text },
})

describe('lines of the log whose file git replaces while they are read', () => {
  let resolver: Resolver
  let local: LocalEvents
  let ids: string[]
  let file: string
  let before: string[]
  beforeEach(async () => {
    const root = await project()
    await emit(root, 'ada', note('one'))
    await emit(root, 'ada', note('two'))
    resolver = kittyIn(root)
    local = await resolver.resolve(LocalEvents)
    ids = (await (await resolver.resolve(EventStore)).wholeLog()).slice(-2).map(({ event_id }) => event_id)
    const folder = join(root, '.kittify', 'events')
    file = join(folder, readdirSync(folder).find((name) => name.endsWith('.jsonl')) ?? '')
    before = readFileSync(file, 'utf8').split('\n').slice(0, -1)
  })

  const replace = (lines: readonly string[]): void => writeFileSync(file, `${lines.join('\n')}\n`)
  /** Replaces the file after the index has said where the lines are. */
  const replacedBy = (lines: readonly string[]) => (): boolean => {
    replace(lines)
    return true
  }

  it.each([
    ['in another order', () => [...before.slice(0, -2), ...before.slice(-2).reverse()]],
    ['behind an empty line', () => ['', ...before]],
    ['a line shorter', () => before.slice(1)],
    ['empty', () => []],
  ])('are left out until they are where the index has them: %s', async (_, after) => {
    const whole = (await local.lines(ids)).map(({ event_id, bytes }) => [
      event_id,
      bytes.toString().trimEnd(),
    ])
    expect(whole).toEqual(ids.map((id, at) => [id, before.slice(-2)[at]]))
    for (const { event_id, bytes } of await local.lines(ids, replacedBy(after())))
      expect(bytes.toString()).toContain(`"event_id":"${event_id}"`)
    replace(before)
    expect((await local.lines(ids)).map(({ event_id }) => event_id)).toEqual(ids)
  })

  it.each([
    ['in another order', () => [...before.slice(0, -2), ...before.slice(-2).reverse()]],
    ['behind an empty line', () => ['', ...before]],
  ])('go to the hub under their own IDs only, and the rest waits: %s', async (_, after) => {
    const [offer, outbox] = [await resolver.resolve(Offer), await resolver.resolve(Outbox)]
    outbox.add(ids)
    const sent: Outgoing[] = []
    const append = async (events: readonly Outgoing[]): Promise<Appended[]> => {
      sent.push(...events)
      return events.map(({ event_id }) => ({ event_id, answer: 'appended' }))
    }
    const lines = local.lines.bind(local)
    local.lines = (wanted) => lines(wanted, replacedBy(after()))
    // Cast: an offer only appends.
    await offer.all({ append } as Partial<Hub> as Hub)
    expect(sent.filter(({ event_id, line }) => !line.toString().includes(event_id))).toEqual([])
    expect(outbox.ids()).toEqual(ids.filter((id) => !sent.some(({ event_id }) => event_id === id)))
  })
})
