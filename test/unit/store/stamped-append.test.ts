import { beforeEach, describe, expect, it } from 'vitest'
import { createRegistry, encodeEvent, type LogEvent, type NewEvent } from '../../../src/core/events-lib.js'
import { MemoryEventIndex } from '../../../src/core/index/memory-event-index.js'
import { rowOf } from '../../../src/core/index/index-row.js'
import type { RawLine } from '../../../src/core/log/event-log.js'
import { decided, type ForeignDraft, type TeamLink } from '../../../src/core/store/event-store.js'
import { StampedAppend } from '../../../src/core/store/stamped-append.js'
import { note, ulid } from '../../support/events.js'
import { PlainLog } from '../../support/plain-log.js'
import { BY_ADA, testSession } from '../../support/session.js'

type Parts = ConstructorParameters<typeof StampedAppend>[0]

const BROUGHT = note(1, { parents: [] })
const DRAFT: NewEvent<'NoteAdded'> = {
  event_type: 'NoteAdded',
  entity_id: 'WP01',
  entity_type: 'WorkPackage',
  payload: { feature_slug: '001-login', text: 'hm' },
}

describe('an append', () => {
  let made: PlainLog
  let index: MemoryEventIndex
  let happened: string[]
  let adopted: RawLine[]

  beforeEach(async () => {
    made = new PlainLog()
    index = new MemoryEventIndex()
    await index.insert([rowOf(BROUGHT, { file: 'hub/2026-11-22.jsonl', line: 1, offset: 0, length: 9 })])
    happened = []
    adopted = []
  })

  const link = {
    publish: async (events: readonly LogEvent[], origin: string, store: () => unknown) => {
      happened.push(`published ${events.length} ${origin}`)
      return store()
    },
  } as unknown as TeamLink // what an append calls

  const append = (team?: TeamLink): StampedAppend => {
    const overlaid = {
      append: (events: readonly LogEvent[]) => {
        happened.push(`stored ${events.length}`)
        return made.log.append(events)
      },
      readLine: () => encodeEvent(BROUGHT).trimEnd(),
      readEvents: (rows: readonly unknown[]) => rows.map(() => BROUGHT),
    }
    return new StampedAppend({
      log: overlaid,
      index: { inLock: async () => index, fellBehind: () => void happened.push('fell behind') },
      recovery: {
        adopt: async (lines: readonly RawLine[]) => {
          happened.push('adopted')
          adopted.push(...lines)
        },
      },
      attributes: { beforeAppend: () => true },
      clock: { remember: (last?: LogEvent) => void happened.push(`remembered ${last?.lamport_clock}`) },
      session: testSession({ cwd: made.root }),
      registry: createRegistry(),
      team: { link: team },
    } as unknown as Parts) // what an append calls
  }
  const stamped = (one: StampedAppend, heads: readonly string[] = []): LogEvent[] =>
    one.stamped([DRAFT, DRAFT], BY_ADA, { maximum: 4, nextClock: 5, heads: () => heads })

  it('remembers the clock before it stores, and says what it has written', async () => {
    const one = append()
    const events = stamped(one)
    const lines = await one.publish(events, 'decided')
    expect(happened).toEqual(['remembered 6', 'stored 2'])
    expect(lines.map(({ event }) => event)).toEqual(events)
    expect([...one.written]).toEqual(events.map(({ event_id }) => event_id))
  })

  it('goes through the hub where there is one, with its origin', async () => {
    const one = append(link)
    await one.publish(stamped(one), 'offline')
    expect(happened).toEqual(['published 2 offline', 'remembered 6', 'stored 2'])
  })

  it('has ancestors that only the hub has brought in the log first', async () => {
    const one = append(link)
    await one.publish(stamped(one, [ulid(1)]), 'decided')
    expect(happened.slice(0, 3)).toEqual(['adopted', 'fell behind', 'published 2 decided'])
    expect(adopted.map(({ event_id }) => event_id)).toEqual([ulid(1)])
  })

  it('of an import says so', async () => {
    const draft: ForeignDraft = {
      ...DRAFT,
      event_version: 1,
      timestamp: '2024-05-06T07:08:09.010Z',
      actor: 'bob',
      causation_id: 'import:1',
      parents: [],
    }
    const chunks: number[] = []
    const next = await append(link).appendForeign(
      [draft],
      7,
      async (events) => void chunks.push(events.length),
    )
    expect([next, chunks]).toEqual([8, [1]])
    expect(happened).toEqual(['published 1 imported', 'remembered 7', 'stored 1'])
  })
})

it('a decision has its drafts, and nothing written yet', () => {
  expect(decided([DRAFT])).toEqual({ drafts: [DRAFT], events: [], repeated: false })
})
