import { appendFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import type { StreamStart } from '../../../src/core/follow/arrival-order.js'
import type { EventFilter } from '../../../src/core/index/event-index.js'
import { kittyIn } from '../../support/kitty.js'
import { FOREIGN_IDS, noteLine } from '../../support/events.js'
import { rejectionOf } from '../../support/kitty-error.js'
import { gitIn, TempRepository } from '../../support/temp-repository.js'
import { FollowEvents } from '../../../src/core/follow/follow-events.js'
import { EventStore } from '../../../src/core/store/event-store.js'
import { IndexHealth } from '../../../src/core/index/index-health.js'
import { WriteLock } from '../../../src/core/lock/write-lock.js'
import { Notices } from '../../../src/core/errors/notices.js'
import type { Resolver } from '../../../src/core/token.js'

const open: (() => Promise<void>)[] = []

afterEach(async () => {
  for (const stop of open.splice(0)) await stop()
})

/** A stream in the background and what it has delivered. */
class Listener {
  readonly got: string[] = []
  readonly #controller = new AbortController()
  readonly done: Promise<void>

  constructor(kitty: Resolver, from: StreamStart, filter: EventFilter = {}, list = false) {
    this.done = this.#run(kitty, from, filter, list)
    this.done.catch(() => undefined)
    open.push(() => this.stop())
  }

  async #run(kitty: Resolver, from: StreamStart, filter: EventFilter, list: boolean): Promise<void> {
    const follower = await kitty.resolve(FollowEvents)
    const { signal } = this.#controller
    const batches = list ? follower.listAndFollow(filter, signal) : follower.follow(from, filter, signal)
    for await (const events of batches) this.got.push(...events.map((event) => String(event.payload['text'])))
  }

  /** Waits until so many events have come. */
  async count(wanted: number): Promise<string[]> {
    for (let waited = 0; this.got.length < wanted && waited < 10_000; waited += 10)
      await new Promise((resolve) => setTimeout(resolve, 10))
    return this.got
  }

  async stop(): Promise<void> {
    this.#controller.abort()
    await this.done
  }
}

class World {
  readonly repository = new TempRepository()

  constructor() {
    this.repository.initKitty()
  }

  /** As a process of its own has it. */
  kitty(): Resolver {
    return kittyIn(this.repository.root)
  }

  async write(...texts: string[]): Promise<string[]> {
    const store: EventStore = await this.kitty().resolve(EventStore)
    const drafts = texts.map((text) => ({
      event_type: 'NoteAdded' as const,
      entity_id: 'WP01',
      entity_type: 'WorkPackage' as const,
      payload: { feature_slug: '001-login', text },
    }))
    const events = await store.emit(drafts, {
      actor: 'ada',
      causationId: null,
      correlationId: texts[0] ?? null,
    })
    await store.close()
    return events.map((event) => event.event_id)
  }

  get day(): string {
    const events = join(this.repository.root, '.kittify/events')
    return join(events, readdirSync(events).find((name) => name.endsWith('.jsonl')) ?? '')
  }
}

/** Some time in which nothing more is to come. */
const quiet = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 400))

describe('a stream of events', () => {
  it('delivers what comes from now on, each once, in order', async () => {
    const world = new World()
    await world.write('before')
    const listener = new Listener(world.kitty(), 'end')
    await quiet()
    await world.write('a', 'b')
    await world.write('c')
    expect(await listener.count(3)).toEqual(['a', 'b', 'c'])
    await quiet()
    expect(listener.got).toEqual(['a', 'b', 'c'])
  })

  it('goes on behind any event, without gaps or repeats', async () => {
    const world = new World()
    const [first] = await world.write('a', 'b')
    await world.write('c')
    const listener = new Listener(world.kitty(), { after: first ?? '' })
    expect(await listener.count(2)).toEqual(['b', 'c'])
    await world.write('d')
    expect(await listener.count(3)).toEqual(['b', 'c', 'd'])
  })

  it('delivers the older events of a merge when they come, also to a stream that is resumed behind a newer one', async () => {
    const world = new World()
    await world.write('base')
    const { root } = world.repository
    world.repository.commitAll('base')
    gitIn(root, 'checkout', '--quiet', '-b', 'side')
    await world.write('side 1', 'side 2')
    world.repository.commitAll('side')
    const theirs = readFileSync(world.day)
    gitIn(root, 'checkout', '--quiet', 'main')
    await world.write('main 1', 'main 2')
    const [newest] = await world.write('main 3')
    const live = new Listener(world.kitty(), 'end')
    await quiet()
    // What the merge driver makes of the two: older events between those that were delivered long ago.
    const union = [
      ...new Set([...theirs.toString().split('\n'), ...readFileSync(world.day, 'utf8').split('\n')]),
    ].filter(Boolean)
    const clock = (line: string): number => (JSON.parse(line) as { lamport_clock: number }).lamport_clock
    writeFileSync(world.day, `${union.sort((a, b) => clock(a) - clock(b)).join('\n')}\n`)
    expect(await live.count(2)).toEqual(['side 1', 'side 2'])
    await live.stop()
    const resumed = new Listener(world.kitty(), { after: newest ?? '' })
    expect(await resumed.count(2)).toEqual(['side 1', 'side 2'])
    await world.write('after')
    expect(await resumed.count(3)).toEqual(['side 1', 'side 2', 'after'])
  })

  it('does not notice that git takes events away and the next command puts them back', async () => {
    const world = new World()
    await world.write('a')
    world.repository.commitAll('a')
    const listener = new Listener(world.kitty(), 'end')
    await quiet()
    await world.write('b')
    await listener.count(1)
    gitIn(world.repository.root, 'checkout', '--quiet', '--', '.kittify/events')
    await quiet()
    await world.write('c')
    expect(await listener.count(2)).toEqual(['b', 'c'])
    await quiet()
    expect(listener.got).toEqual(['b', 'c'])
  })

  it('goes on when the index is deleted or rebuilt under it', async () => {
    const world = new World()
    const [first] = await world.write('a')
    const listener = new Listener(world.kitty(), { after: first ?? '' })
    await quiet()
    const events = join(world.repository.root, '.kittify/events')
    for (const name of readdirSync(events)) if (name.startsWith('index.db')) rmSync(join(events, name))
    await world.write('b')
    await (await world.kitty().resolve(IndexHealth)).rebuild()
    await world.write('c')
    expect(await listener.count(2)).toEqual(['b', 'c'])
    const resumed = new Listener(world.kitty(), { after: first ?? '' })
    expect(await resumed.count(2)).toEqual(['b', 'c'])
  })

  it('goes by the total order where the order of arrival was deleted', async () => {
    const world = new World()
    const [first] = await world.write('a', 'b', 'c')
    await new Listener(world.kitty(), 'start').count(3)
    rmSync(join(world.repository.root, '.git/kitty/arrivals'))
    const resumed = new Listener(world.kitty(), { after: first ?? '' })
    expect(await resumed.count(2)).toEqual(['b', 'c'])
  })

  it('is the same for two concurrent followers', async () => {
    const world = new World()
    await world.write('a')
    const listeners = [new Listener(world.kitty(), 'start'), new Listener(world.kitty(), 'start')]
    for (const text of ['b', 'c', 'd', 'e']) await world.write(text, `${text}${text}`)
    const [one, other] = await Promise.all(listeners.map((listener) => listener.count(9)))
    expect(one).toHaveLength(9)
    expect(other).toEqual(one)
  })

  it('delivers what the filter lets through', async () => {
    const world = new World()
    await world.write('a')
    const listener = new Listener(world.kitty(), 'start', { correlation: 'b' })
    await world.write('b', 'bb')
    await world.write('c')
    expect(await listener.count(2)).toEqual(['b', 'bb'])
  })

  it('lists the history first, and repeats none of it', async () => {
    const world = new World()
    await world.write('a', 'b', 'c')
    const listener = new Listener(world.kitty(), 'end', { limit: 2 }, true)
    await listener.count(2)
    await world.write('d')
    expect(await listener.count(3)).toEqual(['b', 'c', 'd'])
  })

  it('delivers the events of another program, whatever their IDs, and is resumed behind each of them', async () => {
    const world = new World()
    await world.write('ours')
    const foreign = (id: string, at: number): string =>
      noteLine(at + 2, { event_id: id, parents: [], payload: { feature_slug: '001-login', text: id } })
    appendFileSync(world.day, FOREIGN_IDS.map(foreign).join(''))
    const listener = new Listener(world.kitty(), 'start')
    expect(await listener.count(5)).toEqual(['ours', ...FOREIGN_IDS])
    for (const [at, id] of ['note-aaaa', 'note-bbbb'].entries()) {
      appendFileSync(world.day, foreign(id, at + 9))
      expect((await listener.count(6 + at)).slice(5)).toEqual(['note-aaaa', 'note-bbbb'].slice(0, at + 1))
    }
    const rest = [...FOREIGN_IDS, 'note-aaaa', 'note-bbbb']
    for (const [at, id] of rest.slice(0, 5).entries()) {
      const resumed = new Listener(world.kitty(), { after: id })
      expect(await resumed.count(rest.length - at - 1)).toEqual(rest.slice(at + 1))
      const follower = await world.kitty().resolve(FollowEvents)
      const after = await follower.arrivedAfter(id, {}, 9)
      expect(after.map(({ event_id }) => event_id)).toEqual(rest.slice(at + 1))
    }
  })

  it('is resumed behind a ULID in any case, and behind another ID only in its own', async () => {
    const world = new World()
    const [first = ''] = await world.write('a', 'b')
    appendFileSync(world.day, noteLine(9, { event_id: 'evt-000001', parents: [] }))
    const resumed = new Listener(world.kitty(), { after: first.toLowerCase() })
    expect(await resumed.count(2)).toEqual(['b', 'note 9'])
    const follower = await world.kitty().resolve(FollowEvents)
    const error = await rejectionOf(follower.arrivedAfter('EVT-000001', {}, 9))
    expect(error).toMatchObject({ kind: 'UsageError', exitCode: 2 })
  })

  it('refuses to begin behind an event that no one has seen', async () => {
    const world = new World()
    await world.write('a')
    const listener = new Listener(world.kitty(), { after: 'NOT-AN-EVENT' })
    const error = await rejectionOf(listener.done)
    expect(error).toMatchObject({ kind: 'UsageError', exitCode: 2 })
    open.splice(0)
  })

  it('leaves the lock free and the index closed while it waits', async () => {
    const world = new World()
    await world.write('a')
    const listener = new Listener(world.kitty(), 'start')
    await listener.count(1)
    await quiet()
    expect((await world.kitty().resolve(WriteLock)).holder()).toBeUndefined()
    const kitty = world.kitty()
    await (await kitty.resolve(IndexHealth)).rebuild()
    expect((await kitty.resolve(Notices)).all).toEqual([])
    await (await kitty.resolve(EventStore)).close()
  })
})

describe('a long history', () => {
  it('is read page by page, and the pages are the whole of it', async () => {
    const world = new World()
    const texts = Array.from({ length: 4_500 }, (_, at) => `note ${at}`)
    await world.write(...texts)
    const store = await world.kitty().resolve(EventStore)
    const sizes: number[] = []
    const read: string[] = []
    for await (const events of store.stream({})) {
      sizes.push(events.length)
      read.push(...events.map((event) => (event.payload as unknown as { text: string }).text))
    }
    expect(read).toEqual(texts)
    expect(Math.max(...sizes)).toBeLessThanOrEqual(2_000)
    const limited: number[] = []
    for await (const events of store.stream({ sinceClock: 100, limit: 3_000 }))
      limited.push(...events.map((event) => event.lamport_clock))
    expect([limited.length, limited[0], limited.at(-1)]).toEqual([3_000, 101, 3_100])
    await store.close()
  })
})
