import { existsSync, readFileSync } from 'node:fs'
import { beforeEach, describe, expect, it } from 'vitest'
import { Notices } from '../../../src/core/errors/notices.js'
import type { LogEvent, NewEvent } from '../../../src/core/events-lib.js'
import type { EventStore, ForeignDraft } from '../../../src/core/store/event-store.js'
import { noteLine } from '../../support/events.js'
import { rejectionOf } from '../../support/kitty-error.js'
import { BY_ADA, inProcess } from '../../support/session.js'
import { TempRepository } from '../../support/temp-repository.js'

const noteOn = (id: string, text = 'hm'): NewEvent<'NoteAdded'> => ({
  event_type: 'NoteAdded',
  entity_id: id,
  entity_type: 'WorkPackage',
  payload: { feature_slug: '001-login', text },
})
const foreign = (key: string, changes: Partial<ForeignDraft> = {}): ForeignDraft => ({
  event_type: 'NoteAdded',
  event_version: 1,
  entity_id: 'WP01',
  entity_type: 'WorkPackage',
  timestamp: '2024-05-06T07:08:09.010Z',
  actor: 'bob',
  causation_id: key,
  payload: { feature_slug: '001-login', text: key },
  parents: [],
  ...changes,
})

describe('what a store writes', () => {
  let repository: TempRepository
  let store: EventStore
  let notices: Notices

  const open = async (): Promise<void> => {
    const { store: opened, service } = await inProcess({ cwd: repository.root })
    store = opened
    notices = await service(Notices)
  }
  const texts = async (): Promise<unknown[]> =>
    (await store.read()).map(({ payload }) => (payload as { text?: string }).text)
  const exclusively = <T>(work: () => Promise<T>): Promise<T> => store.exclusively('a test', work)

  beforeEach(async () => {
    repository = new TempRepository()
    repository.initKitty()
    await open()
  })

  it('is nothing for no drafts', async () => {
    expect(await store.emit([], BY_ADA)).toEqual([])
    expect(await exclusively(() => store.append([], BY_ADA))).toEqual([])
    await exclusively(() => store.appendForeign([]))
    expect(await store.count()).toBe(0)
    expect(existsSync(repository.path('.kittify', 'clock.json'))).toBe(false)
    await store.close()
  })

  it('needs the lock for what is not a whole operation, and nested calls share it', async () => {
    await expect(store.append([noteOn('WP01')], BY_ADA)).rejects.toThrow('append needs the write lock')
    await expect(store.appendForeign([])).rejects.toThrow('appendForeign needs the write lock')
    await expect(store.supposing([], BY_ADA, async () => 1)).rejects.toThrow('supposing needs the write lock')
    const written = await exclusively(async () => [
      ...(await exclusively(() => store.append([noteOn('WP01', 'a')], BY_ADA))),
      ...(await store.emit([noteOn('WP01', 'b')], BY_ADA)),
    ])
    expect(await texts()).toEqual(['a', 'b'])
    expect(written.map(({ lamport_clock }) => lamport_clock)).toEqual([1, 2])
    expect([...store.written]).toEqual(written.map(({ event_id }) => event_id))
    await store.close()
  })

  it('has supposed events first, without the operation’s key, and answers with those asked for', async () => {
    const key = { ...BY_ADA, causationId: 'op-1' }
    const { answer, isWritten } = await exclusively(() =>
      store.supposing([noteOn('WP02', 'supposed')], key, async () => [
        await store.append([noteOn('WP01', 'asked')], key),
        await store.append([noteOn('WP01', 'later')], BY_ADA),
      ]),
    )
    expect(isWritten).toBe(true)
    expect(answer.map((events) => events.map(({ payload }) => payload))).toEqual([
      [noteOn('WP01', 'asked').payload],
      [noteOn('WP01', 'later').payload],
    ])
    expect(await texts()).toEqual(['supposed', 'asked', 'later'])
    expect((await store.read()).map(({ causation_id }) => causation_id)).toEqual([null, 'op-1', null])
    await store.close()
  })

  it('is an import with its own times, keys and parents, one chunk after the other', async () => {
    const chunks: (readonly LogEvent[])[] = []
    await exclusively(async () => {
      await store.appendForeign(
        [foreign('import:1'), foreign('import:2', { after: ['import:1'] })],
        (events) => void chunks.push(events),
      )
      expect(await store.count()).toBe(2)
    })
    const [first, second] = await store.read()
    expect(chunks).toEqual([[first, second]])
    expect([first?.lamport_clock, second?.lamport_clock]).toEqual([1, 2])
    expect([first?.timestamp, second?.parents]).toEqual(['2024-05-06T07:08:09.010Z', [first?.event_id]])
    expect(readFileSync(repository.path('.kittify', 'clock.json'), 'utf8')).toMatch(/"value": ?3\b/)
    const [next] = await store.emit([noteOn('WP01')], BY_ADA)
    expect([next?.lamport_clock, next?.parents]).toEqual([3, [second?.event_id]])
    await store.close()
  })

  it('is no import of events that may not be written', async () => {
    const secret = `ghp_${'a1B2'.repeat(9)}`
    const payload = { feature_slug: '001-login', text: secret }
    const error = await rejectionOf(
      exclusively(() => store.appendForeign([foreign('import:1', { payload })])),
    )
    expect(error.kind).toBe('ValidationError')
    expect(await store.count()).toBe(0)
    await store.close()
  })

  it('is refused where git would store other bytes', async () => {
    repository.write('.gitattributes', '.kittify/events/*.jsonl filter=lfs\n')
    expect((await rejectionOf(store.emit([noteOn('WP01')], BY_ADA))).kind).toBe('UnsafeSetup')
    const imported = exclusively(() => store.appendForeign([foreign('import:1')]))
    expect((await rejectionOf(imported)).kind).toBe('UnsafeSetup')
    expect(await store.count()).toBe(0)
    await store.close()
  })

  it('is refused for an archived feature', async () => {
    const slug = '001-login'
    const archive = {
      event_type: 'FeatureArchived',
      entity_id: slug,
      entity_type: 'FeatureSpec',
      payload: { feature_slug: slug },
    } as NewEvent // its reason may be left out
    await store.emit([archive], BY_ADA)
    expect((await rejectionOf(store.emit([noteOn('WP01')], BY_ADA))).kind).toBe('StateTransitionError')
    await store.close()
  })

  it('is looked for in the log once by all reads of a snapshot', async () => {
    const pulled = (): string =>
      repository.write('.kittify/events/2026-11-22.jsonl', noteLine(1, { parents: [] }))
    await store.snapshot(async () => {
      expect(await store.count()).toBe(0)
      pulled()
      expect(await store.count()).toBe(0)
      expect(await store.snapshot(() => store.count())).toBe(0)
    })
    expect(await store.count()).toBe(1)
    await store.close()
    expect(notices.all).toEqual([])
  })
})
