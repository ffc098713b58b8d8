import { deepStrictEqual, ok, rejects, strictEqual } from 'node:assert/strict'
import { fold, type LogEvent, type NewEvent } from '../../events-lib.js'
import type { EventFilter } from '../../index/event-index.js'
import { isKittyError } from '../../errors/kitty-error.js'
import type { EventStore, Provenance } from '../../store/event-store.js'
import { type Promised, promised } from './promised.js'

/** An empty log of its own, with stores on it. Each store is opened as another process would open it. */
export interface StoreUnderTest {
  open(): Promise<EventStore>
  /** Removes the log. All its stores are closed by then. */
  dispose?(): void | Promise<void>
}

const FEATURE = '001-login'
const BY_ADA: Provenance = { actor: 'ada', causationId: null, correlationId: null }

function noteOn(id: string, text = 'a note', feature = FEATURE): NewEvent<'NoteAdded'> {
  const payload = { feature_slug: feature, text }
  return { event_type: 'NoteAdded', entity_id: id, entity_type: 'WorkPackage', payload }
}

/** What every event store must satisfy, whatever stores its index. */
export function eventStoreContract(make: () => StoreUnderTest | Promise<StoreUnderTest>): Promised[] {
  const promise = (name: string, check: (open: () => Promise<EventStore>) => Promise<void>): Promised =>
    promised(name, async () => {
      const under = await make()
      const opened: EventStore[] = []
      try {
        await check(async () => {
          const store = await under.open()
          opened.push(store)
          return store
        })
      } finally {
        for (const store of opened) await store.close()
        await under.dispose?.()
      }
    })

  return [
    promise(
      'stamps the events of one append with one time, rising ids, rising clock values, and heads as parents',
      async (open) => {
        const store = await open()
        const by = { actor: 'ada', causationId: 'op-1', correlationId: 'run-1' }
        const made = await store.emit([noteOn('WP01'), noteOn('WP01'), noteOn('WP02')], by)
        const [a, b] = made
        ok(a !== undefined && b !== undefined)
        deepStrictEqual(clocks(made), [1, 2, 3])
        strictEqual(new Set(made.map(({ timestamp }) => timestamp)).size, 1)
        deepStrictEqual(parents(made), [[], [a.event_id], []])
        deepStrictEqual(ids(made), ids(made).sort())
        deepStrictEqual([b.causation_id, b.correlation_id, b.actor], ['op-1', 'run-1', 'ada'])
        const next = await store.emit([noteOn('WP01')], BY_ADA)
        deepStrictEqual([clocks(next), parents(next)], [[4], [[b.event_id]]])
      },
    ),

    promise('reads the whole log as it reads it without a filter', async (open) => {
      const store = await open()
      deepStrictEqual(await store.wholeLog(), [])
      await store.emit([noteOn('WP01'), noteOn('WP02')], BY_ADA)
      await (await open()).emit([noteOn('WP01', 'later', '002-logout')], BY_ADA)
      deepStrictEqual(await store.wholeLog(), await store.read())
      strictEqual((await store.wholeLog()).length, 3)
    }),

    promise('reads what another store wrote, without being told', async (open) => {
      const [ours, theirs] = [await open(), await open()]
      await ours.emit([noteOn('WP01')], BY_ADA)
      strictEqual((await theirs.read()).length, 1)
      await theirs.emit([noteOn('WP01')], BY_ADA)
      deepStrictEqual(clocks(await ours.read()), [1, 2])
    }),

    promise(
      'gives concurrent emits, of one store and of two, clock values and parents of their own',
      async (open) => {
        const stores = [await open(), await open()]
        const texts = Array.from({ length: 4 }, (_, n) => `note ${n}`)
        await Promise.all(
          stores.flatMap((store) => texts.map((text) => store.emit([noteOn('WP01', text)], BY_ADA))),
        )
        const events = (await stores[0]?.read()) ?? []
        deepStrictEqual(clocks(events), [1, 2, 3, 4, 5, 6, 7, 8])
        deepStrictEqual(
          parents(events).slice(1),
          events.slice(0, -1).map(({ event_id }) => [event_id]),
        )
      },
    ),

    promise('refuses a causation id that was used for something else', async (open) => {
      const once = { ...BY_ADA, causationId: 'op-1' }
      const store = await open()
      const first = await store.emit([noteOn('WP01', 'first')], once)
      for (const [drafts, by] of [
        [[noteOn('WP02', 'first')], once],
        [[noteOn('WP01', 'second')], once],
        [[noteOn('WP01', 'first', '002-other')], once],
        [[noteOn('WP01', 'first')], { ...once, actor: 'bob' }],
      ] as const)
        await rejects(store.emit(drafts, by), /op-1 was used for NoteAdded of WP01/)
      deepStrictEqual(await store.read(), first)
    }),

    promise('writes nothing for a causation id it knows, and answers with the first events', async (open) => {
      const once = { ...BY_ADA, causationId: 'op-1' }
      const first = await (await open()).emit([noteOn('WP01', 'first')], once)
      const other = await open()
      deepStrictEqual(await other.emit([noteOn('WP01', 'first')], once), first)
      deepStrictEqual(await other.causedBy('op-1'), first)
      deepStrictEqual(await other.read(), first)
    }),

    promise('refuses an event that is not valid before anything is written', async (open) => {
      const store = await open()
      await store.emit([noteOn('WP01')], BY_ADA)
      const before = await store.read()
      // Cast: what an untyped program could pass.
      const unknown = { ...noteOn('WP01'), event_type: 'Surprise' } as unknown as NewEvent
      for (const drafts of [
        [noteOn('WP01'), unknown],
        [noteOn('WP01', 'x'.repeat(300 * 1024))],
        [noteOn('__proto__')],
      ])
        await rejects(store.emit(drafts, BY_ADA), isRefusal)
      deepStrictEqual(await (await open()).read(), before)
    }),

    promise('appends only with the lock held, and then once', async (open) => {
      const store = await open()
      await rejects(store.append([noteOn('WP01')], BY_ADA), /within exclusively/)
      await store.exclusively('a test', () => store.append([noteOn('WP01')], BY_ADA))
      strictEqual((await store.read()).length, 1)
    }),

    promise('lets go of the lock after work that failed', async (open) => {
      const [store, other] = [await open(), await open()]
      const failing = store.exclusively('a test', () => Promise.reject(new Error('the work failed')))
      await rejects(failing, /the work failed/)
      await other.emit([noteOn('WP01')], BY_ADA)
      strictEqual((await store.read()).length, 1)
    }),

    promise(
      'finds by a filter what reading everything would find, as a list and as a stream',
      async (open) => {
        const store = await open()
        for (const feature of [FEATURE, '002-search'])
          for (const actor of ['ada', 'bob'])
            await store.emit(
              ['WP01', 'WP02'].map((id) => noteOn(id, 'a note', feature)),
              { ...BY_ADA, actor },
            )
        const all = await store.read()
        deepStrictEqual(clocks(all), [1, 2, 3, 4, 5, 6, 7, 8])
        const cases: readonly [EventFilter, (event: LogEvent) => boolean][] = [
          [{ feature: FEATURE }, ({ payload }) => payload.feature_slug === FEATURE],
          [{ entity: 'WP02' }, ({ entity_id }) => entity_id === 'WP02'],
          [{ actor: 'bob', feature: FEATURE }, (event) => event.actor === 'bob' && event.lamport_clock <= 4],
          [{ type: 'GateCreated' }, () => false],
          [{ sinceClock: 5 }, ({ lamport_clock }) => lamport_clock > 5],
          [{ limit: 3 }, ({ lamport_clock }) => lamport_clock > 5],
          [{ sinceClock: 2, limit: 2 }, ({ lamport_clock }) => lamport_clock === 3 || lamport_clock === 4],
        ]
        for (const [filter, fits] of cases) {
          const expected = all.filter(fits)
          deepStrictEqual(await store.read(filter), expected, JSON.stringify(filter))
          const streamed: LogEvent[] = []
          for await (const events of store.stream(filter)) streamed.push(...events)
          deepStrictEqual(streamed, expected, `as a stream: ${JSON.stringify(filter)}`)
        }
        deepStrictEqual(ids(await store.eventsOf(ids(all).reverse())), ids(all).reverse())
      },
    ),

    promise('shows a package as its events replayed, its gates among them', async (open) => {
      const store = await open()
      await store.emit([noteOn('WP01'), noteOn('WP02')], BY_ADA)
      const gate: NewEvent<'GateCreated'> = {
        event_type: 'GateCreated',
        entity_id: 'G1',
        entity_type: 'Gate',
        payload: { feature_slug: FEATURE, gate_id: 'G1', work_package_id: 'WP01', gate_type: 'CI_CHECK' },
      }
      await store.emit([gate], BY_ADA)
      const history = await store.history(FEATURE, 'WP01')
      deepStrictEqual(clocks(history), [1, 3])
      const state = await store.workPackage(FEATURE, 'WP01')
      deepStrictEqual(state, fold(history))
      deepStrictEqual(
        state?.gates.map(({ gate_id }) => gate_id),
        ['G1'],
      )
      deepStrictEqual(await store.workPackages(FEATURE), [state, fold(await store.history(FEATURE, 'WP02'))])
      strictEqual(await store.workPackage(FEATURE, 'WP09'), undefined)
      deepStrictEqual(await store.featureSlugs(), [FEATURE])
    }),
  ]
}

function isRefusal(error: unknown): boolean {
  return isKittyError(error) && error.kind === 'ValidationError'
}

function clocks(events: readonly LogEvent[]): number[] {
  return events.map(({ lamport_clock }) => lamport_clock)
}

function ids(events: readonly LogEvent[]): string[] {
  return events.map(({ event_id }) => event_id)
}

function parents(events: readonly LogEvent[]): (readonly string[] | undefined)[] {
  return events.map((event) => event.parents)
}
