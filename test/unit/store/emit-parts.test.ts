import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createRegistry, type LogEvent, type NewEvent } from '../../../src/core/events-lib.js'
import type { IndexHealth } from '../../../src/core/index/index-health.js'
import type { WriteLock } from '../../../src/core/lock/write-lock.js'
import type { AppendedLine } from '../../../src/core/log/event-log.js'
import { FileClockStorage } from '../../../src/core/log/file-clock-storage.js'
import { SeenClock } from '../../../src/core/log/seen-clock.js'
import { AttributeGuard } from '../../../src/core/store/attribute-guard.js'
import type { TeamLink } from '../../../src/core/store/event-store.js'
import { LogEventStore } from '../../../src/core/store/log-event-store.js'
import { Recovery } from '../../../src/core/store/recovery.js'
import { GuardedLog } from '../../support/guarded-log.js'
import { noteLine, ulid } from '../../support/events.js'
import { rejectionOf } from '../../support/kitty-error.js'
import { BY_ADA, testSession } from '../../support/session.js'

const NOW = new Date('2026-11-22T12:00:00.000Z')
const KEYED = { ...BY_ADA, causationId: 'op-1' }

const noteOn = (id: string, text = 'hm'): NewEvent<'NoteAdded'> => ({
  event_type: 'NoteAdded',
  entity_id: id,
  entity_type: 'WorkPackage',
  payload: { feature_slug: '001-login', text },
})

let made: GuardedLog
let recovery: Recovery
/** What the store did with its lock, its index and the hub. */
let happened: string[]

beforeEach(() => {
  made = new GuardedLog()
  happened = []
})

afterEach(() => {
  vi.restoreAllMocks()
})

const link = {
  refresh: async () => false,
  begin: () => undefined,
  beginDecision: () => undefined,
  publish: async (events: readonly LogEvent[], origin: string, store: () => AppendedLine[]) => {
    happened.push(`published ${events.length} ${origin}`)
    return store()
  },
  close: async () => void happened.push('hub closed'),
} as unknown as TeamLink // what a store calls

function open({ team, endsWithCommand = false }: { team?: TeamLink; endsWithCommand?: boolean } = {}) {
  const { log, journal, acknowledged, workspace, redactions, notices, index } = made
  const attributes = new AttributeGuard(workspace, log, notices)
  recovery = new Recovery(log, journal, acknowledged, workspace, attributes, redactions, notices)
  const lock: Partial<WriteLock> = {
    acquire: async (purpose) => {
      happened.push(purpose)
      return {
        release: () => void happened.push('released'),
        releaseForNow: () => void happened.push('released for now'),
      }
    },
    close: () => void happened.push('lock closed'),
  }
  const health = {
    current: async () => index,
    canRecoverFrom: () => false,
    mayPass: () => false,
    close: async () => void happened.push('index closed'),
  }
  return new LogEventStore(
    log,
    lock as WriteLock, // what a store calls
    new FileClockStorage(workspace.clockFile, new SeenClock(join(workspace.privateDir, 'clock'))),
    health as unknown as IndexHealth, // what a store calls
    recovery,
    attributes,
    testSession({ cwd: workspace.root, now: () => NOW, endsWithCommand }),
    notices,
    createRegistry(),
    {},
    { link: team },
  )
}

const indexed = async (): Promise<number> => (await made.index.locate({})).length
const clockFile = (): unknown => JSON.parse(readFileSync(made.workspace.clockFile, 'utf8'))

describe('a store that emits again', () => {
  it('keeps the lock’s file open from its first event on, and closes it in the end', async () => {
    const store = open()
    await store.exclusively('a look', async () => undefined)
    const written = [
      ...(await store.emit([noteOn('WP01')], BY_ADA)),
      ...(await store.emit([noteOn('WP01')], BY_ADA)),
    ]
    await store.close()
    expect(written.map(({ lamport_clock: clock }) => clock)).toEqual([1, 2])
    expect(happened).toEqual([
      ...['a look', 'released', 'emit', 'released for now', 'emit', 'released for now'],
      ...['save the clock', 'released for now', 'lock closed', 'index closed'],
    ])
  })

  it('leaves the index behind only where it knows the entity, and the event has no key', async () => {
    const store = open()
    await store.emit([noteOn('WP01')], BY_ADA)
    await store.emit([noteOn('WP01')], BY_ADA)
    expect(await indexed()).toBe(1)
    await store.emit([noteOn('WP02')], BY_ADA)
    expect(await indexed()).toBe(3)
    await store.emit([noteOn('WP02')], BY_ADA)
    expect(await indexed()).toBe(3)
    await store.emit([noteOn('WP02')], KEYED)
    expect(await indexed()).toBe(5)
    await store.close()
  })

  it('leaves it behind no more once another has written about the entity in other words', async () => {
    const store = open()
    await store.emit([noteOn('WP01')], BY_ADA)
    appendFileSync(made.repository.path(made.file()), 'no event\n')
    const [event] = await store.emit([noteOn('WP01')], BY_ADA)
    expect(await indexed()).toBe(2)
    expect(event?.lamport_clock).toBe(2)
    await store.close()
  })

  it('asks the index again after an append that failed', async () => {
    const store = open()
    await store.emit([noteOn('WP01')], BY_ADA)
    vi.spyOn(made.log, 'append').mockImplementationOnce(() => {
      throw new Error('full, for a test')
    })
    await expect(store.emit([noteOn('WP01')], BY_ADA)).rejects.toThrow('full, for a test')
    await store.emit([noteOn('WP01')], BY_ADA)
    expect(await indexed()).toBe(2)
    await store.close()
  })

  it('never leaves it behind where an attribute endangers the log', async () => {
    made.repository.write('.gitattributes', '.kittify/events/*.jsonl -merge\n')
    const store = open()
    for (const text of ['a', 'b', 'c']) await store.emit([noteOn('WP01', text)], BY_ADA)
    expect(await indexed()).toBe(3)
    await store.close()
  })

  it('never leaves it behind where git replaced the file of its first event', async () => {
    const store = open()
    const append = made.log.append.bind(made.log)
    vi.spyOn(made.log, 'append').mockImplementationOnce((events) => {
      const lines = append(events)
      writeFileSync(made.repository.path(made.file()), noteLine(90, { parents: [] }))
      return lines
    })
    await store.emit([noteOn('WP01')], BY_ADA)
    const [event] = await store.emit([noteOn('WP01')], BY_ADA)
    expect(await indexed()).toBe(3)
    expect(event?.parents).toContain(ulid(90))
    await store.close()
  })

  it('goes through the hub each time, and never leaves the index behind', async () => {
    const store = open({ team: link })
    await store.emit([noteOn('WP01')], BY_ADA)
    await store.emit([noteOn('WP01')], { ...BY_ADA, offline: true })
    expect(await indexed()).toBe(2)
    expect(happened.filter((text) => text.startsWith('published'))).toEqual([
      'published 1 decided',
      'published 1 offline',
    ])
    await store.close()
    expect(happened.at(-1)).toBe('index closed')
    expect(happened).toContain('hub closed')
  })
})

describe('an operation with a key', () => {
  it('is written once, and answers with its first events', async () => {
    const store = open()
    const first = await store.emit([noteOn('WP01')], KEYED)
    expect(await store.emit([noteOn('WP01')], KEYED)).toEqual(first)
    expect(await store.count()).toBe(1)
    await store.close()
  })

  it('is refused where the key was used for something else', async () => {
    const store = open()
    await store.emit([noteOn('WP01')], KEYED)
    const error = await rejectionOf(store.emit([noteOn('WP01', 'another')], KEYED))
    expect(error.kind).toBe('UsageError')
    expect(error.message).toMatch(/^The idempotency key op-1 was used for /)
    expect((await rejectionOf(store.emit([noteOn('WP01')], { ...KEYED, actor: 'bob' }))).kind).toBe(
      'UsageError',
    )
    await store.close()
  })
})

describe('events that no caller asked for', () => {
  /** More heads than one event may name. */
  const branch = (): void => {
    const lines = Array.from({ length: 1001 }, (_, at) => noteLine(at + 1, { parents: [], lamport_clock: 1 }))
    const file = made.repository.path(made.file())
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, lines.join(''))
  }

  it('join the heads, and are in the log and not in the answer', async () => {
    branch()
    const store = open()
    const emitted = await store.emit([noteOn('WP01')], BY_ADA)
    expect(emitted.map(({ event_type: type }) => type)).toEqual(['NoteAdded'])
    const all = await store.read()
    expect(all.filter(({ event_type: type }) => type === 'HeadsJoined').length).toBeGreaterThan(0)
    await store.close()
  })
})

describe('a store that is closed', () => {
  it('saves the clock of its last event, and hands over what it wrote', async () => {
    const store = open()
    const handOver = vi.spyOn(recovery, 'handOver')
    await store.emit([noteOn('WP01')], BY_ADA)
    await store.emit([noteOn('WP01')], BY_ADA)
    expect(clockFile()).toMatchObject({ value: 2 })
    await store.close()
    expect(clockFile()).toMatchObject({ value: 3 })
    expect(handOver).toHaveBeenCalledOnce()
  })

  it.each([
    [true, true, false],
    [true, false, true],
    [false, true, true],
  ])(
    'closes the index unless the command is over (%s) and its process ends with it (%s)',
    async (...facts) => {
      const [isOver, endsWithCommand, isClosed] = facts
      const store = open({ endsWithCommand })
      await store.emit([noteOn('WP01')], BY_ADA)
      await store.close(isOver)
      expect(happened.includes('index closed')).toBe(isClosed)
      expect(happened).not.toContain('save the clock')
    },
  )

  it('closes the index unless it is told that the command is over', async () => {
    await open({ endsWithCommand: true }).close()
    expect(happened).toEqual(['lock closed', 'index closed'])
  })

  it('closes the log and the lock also where the hub cannot be closed', async () => {
    const failing = { ...link, close: () => Promise.reject(new Error('gone, for a test')) }
    const close = vi.spyOn(made.log, 'close')
    await expect(open({ team: failing }).close()).rejects.toThrow('gone, for a test')
    expect(close).toHaveBeenCalledOnce()
    expect(happened).toEqual(['lock closed', 'index closed'])
  })
})
