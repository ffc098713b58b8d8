import { appendFileSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'
import type { LogEvent, NewEvent } from '../../../src/core/events-lib.js'
import { Notices } from '../../../src/core/errors/notices.js'
import type { EventStore } from '../../../src/core/store/event-store.js'
import { noteLine, ulid } from '../../support/events.js'
import { BY_ADA, inProcess, type InProcess } from '../../support/session.js'
import { loggedEvents } from '../../support/log-files.js'
import { CAN_LIST_OPEN_FILES, openFiles } from '../../support/open-files.js'
import { TempRepository } from '../../support/temp-repository.js'
import { IndexHealth } from '../../../src/core/index/index-health.js'
import { WriteLock } from '../../../src/core/lock/write-lock.js'
import { Journal } from '../../../src/core/log/repair/journal.js'

const IMPATIENT = { KITTY_LOCK_TIMEOUT_MS: '1' }
const NOW = '2026-11-22T12:00:00.000Z'

function noteOn(id: string): NewEvent<'NoteAdded'> {
  return {
    event_type: 'NoteAdded',
    entity_id: id,
    entity_type: 'WorkPackage',
    payload: { feature_slug: '001-login', text: 'a note' },
  }
}

async function noteBy(store: EventStore, id = 'WP01'): Promise<LogEvent> {
  const [event] = await store.emit([noteOn(id)], BY_ADA)
  if (event === undefined) throw new Error('one draft makes one event')
  return event
}

/** In a history without concurrent events, every event names the one before. */
function expectChain(events: readonly LogEvent[]): void {
  expect(events.map(({ parents }) => parents)).toEqual(
    events.map((_, at) => (at === 0 ? [] : [events[at - 1]?.event_id])),
  )
}

describe('a store that emits again and again', () => {
  let repository: TempRepository
  const open = (): Promise<InProcess> => inProcess({ cwd: repository.root, now: () => new Date(NOW) })
  const file = (): string => join(repository.root, '.kittify', 'events', '2026-11-22.jsonl')

  beforeEach(() => {
    repository = new TempRepository()
    repository.initKitty()
  })

  it('leaves the index behind, and its own next read has everything all the same', async () => {
    const { store, service } = await open()
    const written = [await noteBy(store), await noteBy(store), await noteBy(store)]
    const index = await (await service(IndexHealth)).current()
    expect(await index.locate({})).toHaveLength(1)
    expect(await store.read()).toEqual(written)
    expectChain(written)
    await store.close()
  })

  it('ends well while another process holds the lock: clock.json alone is left to the next command', async () => {
    const [{ store, service }, other] = [
      await inProcess({ cwd: repository.root, env: IMPATIENT }),
      await open(),
    ]
    for (let times = 0; times < 3; times += 1) await noteBy(store)
    const held = await (await other.service(WriteLock)).acquire('something long')
    await store.close()
    expect((await service(Notices)).all).toEqual([
      expect.stringMatching(/^The next command that writes saves clock\.json\. .*something long/),
    ])
    held.release()
    const fourth = await noteBy(other.store)
    expect(fourth.lamport_clock).toBe(4)
    await other.store.close()
    expect(JSON.parse(readFileSync(join(repository.root, '.kittify', 'clock.json'), 'utf8'))).toMatchObject({
      value: 5,
    })
  })

  it('has its events in every history that is read after them, the index left behind or not', async () => {
    const [one, other] = [await open(), await open()]
    const written: string[] = []
    for (let at = 0; at < 4; at += 1) {
      written.push((await noteBy(one.store)).event_id)
      for (let times = 0; times < 2; times += 1) {
        const history = await other.store.history('001-login', 'WP01')
        expect(history.map(({ event_id }) => event_id)).toEqual(written)
      }
    }
    const [first = '', second = ''] = readFileSync(file(), 'utf8').split('\n')
    writeFileSync(`${file()}.git`, `${second}\n${first}\n`)
    renameSync(`${file()}.git`, file())
    const history = await other.store.history('001-login', 'WP01')
    expect(history.map(({ event_id }) => event_id)).toEqual(written)
    await one.store.close()
    await other.store.close()
  })

  it('has in a history what the same read puts back into the log', async () => {
    const { store } = await open()
    const written = await noteBy(store)
    for (let times = 0; times < 3; times += 1)
      expect(await store.history('001-login', 'WP01')).toEqual([written])
    // As a writer leaves it that dies between journal and log.
    appendFileSync(join(repository.root, '.git', 'kitty', 'journal.jsonl'), noteLine(9))
    expect((await store.history('001-login', 'WP01')).map(({ event_id }) => event_id)).toContain(ulid(9))
    await store.close()
  })

  it('brings the index up to date once in a while', async () => {
    const { store, service } = await open()
    for (let at = 0; at < 210; at += 1) await noteBy(store)
    const index = await (await service(IndexHealth)).current()
    expect((await index.locate({})).length).toBeGreaterThan(190)
    await store.close()
  })

  it('has its journal looked at by one read, and not by every one after', async () => {
    const { store, service } = await open()
    for (let at = 0; at < 100; at += 1) await noteBy(store)
    expect(await store.read()).toHaveLength(100)
    const index = await (await service(IndexHealth)).current()
    const journal = await service(Journal)
    expect(journal.read(await index.journalMark()).lines).toEqual([])
    await store.close()
  })

  it.runIf(CAN_LIST_OPEN_FILES)('has nothing open once it is closed', async () => {
    const { store } = await open()
    for (let at = 0; at < 3; at += 1) await noteBy(store)
    expect(openFiles(repository.root)).toContain(file())
    await store.close()
    expect(openFiles(repository.root)).toEqual([])
  })

  it('saves the clock when it is closed', async () => {
    const { store } = await open()
    for (let at = 0; at < 3; at += 1) await noteBy(store)
    await store.close()
    const clock = readFileSync(join(repository.root, '.kittify', 'clock.json'), 'utf8')
    expect(JSON.parse(clock)).toMatchObject({ value: 4 })
  })

  it('never saves a clock that is behind the one another has saved', async () => {
    const [one, other] = [await open(), await open()]
    for (let at = 0; at < 3; at += 1) await noteBy(one.store)
    for (let at = 0; at < 3; at += 1) await noteBy(other.store)
    await other.store.close()
    await one.store.close()
    const clock = readFileSync(join(repository.root, '.kittify', 'clock.json'), 'utf8')
    expect(JSON.parse(clock)).toMatchObject({ value: 7 })
  })

  it('sees what others append in between: one history, no matter who writes which event in what order', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ by: fc.nat(2), on: fc.constantFrom('WP01', 'WP02') }), { maxLength: 24 }),
        async (steps) => {
          repository = new TempRepository()
          repository.initKitty()
          const writers = await Promise.all([open(), open(), open()])
          for (const { by, on } of steps) {
            const writer = writers[by]
            if (writer) await noteBy(writer.store, on)
          }
          const events = loggedEvents(repository.root) as unknown as LogEvent[] // written by the store
          expect(events.map(({ lamport_clock }) => lamport_clock)).toEqual(steps.map((_, at) => at + 1))
          for (const id of ['WP01', 'WP02']) expectChain(events.filter(({ entity_id }) => entity_id === id))
          for (const { store } of writers) await store.close()
        },
      ),
      { numRuns: 15 },
    )
  }, 60_000)

  it('puts back what git has taken away in between, and goes on behind it', async () => {
    const { store } = await open()
    const written = [await noteBy(store), await noteBy(store), await noteBy(store)]
    const [first = ''] = readFileSync(file(), 'utf8').split('\n')
    writeFileSync(`${file()}.git`, `${first}\n`)
    renameSync(`${file()}.git`, file())
    written.push(await noteBy(store))
    expect((await store.read()).map(({ event_id }) => event_id)).toEqual(
      written.map(({ event_id }) => event_id),
    )
    expectChain(written)
    await store.close()
  })

  it('joins what git replaced its lines with, though it is as long as they were', async () => {
    const { store } = await open()
    const written = [await noteBy(store), await noteBy(store), await noteBy(store)]
    const [first = '', second = ''] = readFileSync(file(), 'utf8').split('\n')
    const theirs = [written[1], written[2]].map((event, at) => ({
      ...event,
      event_id: `01HZZZZZZZZZZZZZZZZZZZZZZ${at}`,
      parents: [at === 0 ? written[0]?.event_id : '01HZZZZZZZZZZZZZZZZZZZZZZ0'],
    }))
    const lines = theirs.map((event) => JSON.stringify(event))
    expect(lines.map(({ length }) => length)).toEqual([second.length, second.length])
    writeFileSync(`${file()}.git`, `${[first, ...lines].join('\n')}\n`)
    renameSync(`${file()}.git`, file())
    const joined = await noteBy(store)
    expect([...(joined.parents ?? [])].sort()).toEqual([theirs[1]?.event_id, written[2]?.event_id].sort())
    expect(await store.read()).toHaveLength(6)
    await store.close()
  })

  it('repairs a torn tail that another process left in between', async () => {
    const { store } = await open()
    const written = [await noteBy(store), await noteBy(store)]
    appendFileSync(file(), '{"event_id": "01')
    written.push(await noteBy(store))
    expect(await store.read()).toEqual(written)
    expect(await store.problems()).toEqual([])
    await store.close()
  })

  it.each([
    ['as kitty writes it', (event: LogEvent) => JSON.stringify(event)],
    ['with spaces in it', (event: LogEvent) => JSON.stringify(event).replaceAll('":', '": ')],
    ['by an author of many quotes', (event: LogEvent) => JSON.stringify({ ...event, actor: '"},"a":{"' })],
    ['of a text in many tongues', (event: LogEvent) => JSON.stringify({ ...event, actor: 'Ægir 🐈' })],
    [
      'with another event glued to it',
      (event: LogEvent) =>
        JSON.stringify({ ...event, event_id: '01HZZZZZZZZZZZZZZZZZZZZZZB', lamport_clock: 3 }) +
        JSON.stringify(event),
    ],
  ])('issues a clock value above that of a line %s about another package', async (_, line) => {
    const { store } = await open()
    const base = await noteBy(store)
    const other = { ...base, event_id: '01HZZZZZZZZZZZZZZZZZZZZZZA', entity_id: 'WP02', lamport_clock: 9 }
    appendFileSync(file(), `${line({ ...other, parents: [] } as unknown as LogEvent)}\n`) // an id without its brand
    const next = await noteBy(store)
    expect([next.lamport_clock, next.parents]).toEqual([10, [base.event_id]])
    expect((await store.read()).map(({ event_id }) => event_id)).toEqual(
      expect.arrayContaining([base.event_id, other.event_id, next.event_id]),
    )
    await store.close()
  })

  it('asks the index about events that name no parents', async () => {
    const { store } = await open()
    const base = await noteBy(store)
    const parentless = {
      ...base,
      event_id: '01HZZZZZZZZZZZZZZZZZZZZZZA',
      lamport_clock: 2,
      parents: undefined,
    }
    appendFileSync(file(), `${JSON.stringify(parentless)}\n`)
    const joined = await noteBy(store)
    expect(joined.lamport_clock).toBe(3)
    expect(joined.parents).toContain(parentless.event_id)
    await store.close()
  })
})
