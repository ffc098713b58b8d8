import { writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { EventIndex, Freshness } from '../../../src/core/index/event-index.js'
import type { IndexHealth } from '../../../src/core/index/index-health.js'
import { LineNotThere } from '../../../src/core/index/index-unusable.js'
import { MemoryEventIndex } from '../../../src/core/index/memory-event-index.js'
import type { WriteLock } from '../../../src/core/lock/write-lock.js'
import type { LogFile } from '../../../src/core/log/event-log.js'
import { AttributeGuard } from '../../../src/core/store/attribute-guard.js'
import { CurrentIndex } from '../../../src/core/store/current-index.js'
import type { TeamLink } from '../../../src/core/store/event-store.js'
import { LockScope } from '../../../src/core/store/lock-scope.js'
import { Recovery } from '../../../src/core/store/recovery.js'
import { note, noteLine, ulid } from '../../support/events.js'
import { GuardedLog } from '../../support/guarded-log.js'

/** Answers as the one on disk does: with the same object as long as nothing has changed. */
class SteadyIndex extends MemoryEventIndex {
  #last: { readonly freshness: Freshness; readonly of: string } | undefined

  override async freshness(files: readonly LogFile[]): Promise<Freshness> {
    const freshness = await super.freshness(files)
    const of = JSON.stringify([freshness, files])
    if (this.#last?.of !== of) this.#last = { freshness, of }
    return this.#last.freshness
  }
}

let made: GuardedLog
let recovery: Recovery
let lock: LockScope
let current: CurrentIndex
/** The index that is used now. */
let used: MemoryEventIndex
let refreshed: number

beforeEach(() => {
  made = new GuardedLog()
  const { log, journal, acknowledged, workspace, redactions, notices, index } = made
  const attributes = new AttributeGuard(workspace, log, notices)
  recovery = new Recovery(log, journal, acknowledged, workspace, attributes, redactions, notices)
  const release = (): void => undefined
  const free = { acquire: async () => ({ release, releaseForNow: release }) } as unknown as WriteLock // what it calls
  lock = new LockScope(free, () => false)
  used = index
  refreshed = 0
  const health = { current: async () => used, canRecoverFrom: () => false, mayPass: () => false }
  const link = { refresh: async () => void (refreshed += 1) } as unknown as TeamLink // what it calls
  current = new CurrentIndex(log, health as unknown as IndexHealth, recovery, { link }, lock) // what it calls
})

afterEach(() => {
  vi.restoreAllMocks()
})

const inLock = <T>(work: () => Promise<T>): Promise<T> => lock.run('a test', work)
const idsIn = async (index: EventIndex): Promise<string[]> =>
  (await index.locate({})).map(({ event_id: id }) => id)
const looks = () => vi.spyOn(recovery, 'beforeRead')

describe('the index that a call reads', () => {
  it('is up to date with the log, and with the hub', async () => {
    made.log.append([note(1)])
    expect(await idsIn(await current.upToDate())).toEqual([ulid(1)])
    made.log.append([note(2)])
    expect(await idsIn(await current.upToDate())).toEqual([ulid(1), ulid(2)])
    expect(refreshed).toBe(2)
  })

  it('is brought up to date once for all reads of a snapshot, also of one within it', async () => {
    const look = looks()
    await current.snapshot(async () => {
      await current.upToDate()
      made.log.append([note(1)])
      await current.snapshot(async () => expect(await idsIn(await current.upToDate())).toEqual([]))
    })
    expect(look).toHaveBeenCalledOnce()
    await current.upToDate()
    expect(look).toHaveBeenCalledTimes(2)
  })

  it('is looked at again within a snapshot, where its lines were not there or another one took its place', async () => {
    const look = looks()
    await current.snapshot(async () => {
      await current.upToDate()
      current.lookAgain()
      await current.upToDate()
      expect(look).toHaveBeenCalledTimes(2)
      used = new MemoryEventIndex()
      expect(await current.upToDate()).toBe(used)
      expect(look).toHaveBeenCalledTimes(3)
    })
  })

  it('is for the holder of the lock as this process left it', async () => {
    const look = looks()
    await inLock(async () => {
      made.log.append([note(1)])
      expect(await idsIn(await current.upToDate())).toEqual([])
      current.fellBehind()
      expect(await idsIn(await current.upToDate())).toEqual([ulid(1)])
      made.log.append([note(2)])
      expect(await idsIn(await current.inLock())).toEqual([ulid(1)])
      current.lookAgain()
      expect(await idsIn(await current.inLock())).toEqual([ulid(1), ulid(2)])
    })
    expect(look).not.toHaveBeenCalled()
    expect(refreshed).toBe(0)
  })

  it('has what comes to light explained', async () => {
    const explain = vi.spyOn(recovery, 'explain')
    made.log.append([note(1)])
    current.fellBehind()
    await inLock(() => current.inLock())
    expect(explain).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ lines: 1 }), made.index)
  })

  it('puts back under the lock what git has taken away', async () => {
    await made.add(1)
    writeFileSync(made.repository.path(made.file()), '')
    expect(await idsIn(await current.upToDate())).toEqual([ulid(1)])
    expect(made.repository.read(made.file())).toBe(noteLine(1))
  })
})

describe('a question to the index', () => {
  let asked: EventIndex[]
  const ids = (): Promise<string[]> =>
    current.ask((index) => {
      asked.push(index)
      return idsIn(index)
    })

  beforeEach(() => {
    asked = []
    used = new SteadyIndex()
  })

  it('is asked once where nothing has changed since the last one', async () => {
    made.log.append([note(1)])
    // The first look takes the line in, the second notes that the journal was checked.
    for (let time = 1; time <= 3; time += 1) await ids()
    asked = []
    for (let time = 1; time <= 3; time += 1) {
      expect(await ids()).toEqual([ulid(1)])
      expect(asked).toHaveLength(time)
    }
  })

  it('is asked again where a line has come', async () => {
    for (let time = 1; time <= 3; time += 1) await ids()
    asked = []
    made.log.append([note(1)])
    expect(await ids()).toEqual([ulid(1)])
    expect(asked).toEqual([used, used])
    expect(await ids()).toEqual([ulid(1)])
  })

  it('is asked again where another index is used by then', async () => {
    made.log.append([note(1)])
    for (let time = 1; time <= 3; time += 1) await ids()
    const before = used
    const other = new SteadyIndex()
    asked = []
    const answer = current.ask((index) => {
      asked.push(index)
      used = other
      return idsIn(index)
    })
    expect(await answer).toEqual([ulid(1)])
    expect(asked).toEqual([before, other])
  })

  it('may fail the first time, where it is asked again', async () => {
    for (let time = 1; time <= 3; time += 1) await ids()
    made.log.append([note(1)])
    let fails = true
    const answer = current.ask((index) => {
      const isFirst = fails
      fails = false
      return isFirst ? Promise.reject(new Error('a line that is not there')) : idsIn(index)
    })
    expect(await answer).toEqual([ulid(1)])
  })

  it('fails where it fails and nothing has changed', async () => {
    for (let time = 1; time <= 3; time += 1) await ids()
    await expect(current.ask(() => Promise.reject(new Error('a defect')))).rejects.toThrow('a defect')
  })
})

describe('what this process has appended', () => {
  const own = (...seeds: number[]) => {
    const [first] = made.log.append(seeds.map((seed) => note(seed)))
    return { file: first?.file ?? '', ids: new Set(seeds.map(ulid)), journal: undefined }
  }

  it('is taken into the index, where the file has these lines behind those that it knew', async () => {
    const explain = vi.spyOn(recovery, 'explain')
    await made.add(1)
    expect(await current.ingestOwn(own(2, 3))).toBe(true)
    expect(await idsIn(made.index)).toEqual([1, 2, 3].map(ulid))
    expect(explain).toHaveBeenCalledOnce()
  })

  it('is read with the whole file, where git has replaced it', async () => {
    const explain = vi.spyOn(recovery, 'explain')
    await made.add(1)
    const appended = own(2)
    writeFileSync(made.repository.path(made.file()), noteLine(1) + noteLine(9))
    expect(await current.ingestOwn(appended)).toBe(false)
    expect(await idsIn(made.index)).toEqual([ulid(1), ulid(9)])
    expect(explain).toHaveBeenCalledTimes(2)
  })
})

describe('the events at places', () => {
  it('are the ones that the index named', async () => {
    await made.add(1, 2)
    expect(current.eventsAt(await made.index.rows([ulid(2), ulid(1)]))).toEqual([note(2), note(1)])
  })

  it('are looked for again after one of them was not there', async () => {
    await made.add(1, 2)
    const rows = await made.index.rows([ulid(1)])
    writeFileSync(made.repository.path(made.file()), noteLine(9))
    expect(() => current.eventsAt(rows)).toThrow(LineNotThere)
    expect(await idsIn(await inLock(() => current.inLock()))).toEqual([ulid(9)])
  })
})

it('the heads of the drafts’ entities are those that the index has now, and none of others', async () => {
  made.log.append([note(1, { parents: [] })])
  current.fellBehind()
  const payload = { feature_slug: '001-login', text: 'hm' }
  const draft = { event_type: 'NoteAdded', entity_id: 'WP01', entity_type: 'WorkPackage', payload } as const
  const heads = await inLock(() => current.headsAfter([draft]))
  expect(heads('001-login\nWorkPackage\nWP01')).toEqual([ulid(1)])
  expect(heads('001-login\nWorkPackage\nWP02')).toEqual([])
})
