import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { createRegistry, encodeEvent, type LogEvent } from '../../../src/core/events-lib.js'
import type { ForeignDraft } from '../../../src/core/store/event-store.js'
import { ulidAt, ulidOf } from '../../../src/core/store/foreign-id.js'
import { foreignChunks, stampForeign } from '../../../src/core/store/stamp-foreign.js'
import { errorOf, stepsOf } from '../../support/kitty-error.js'
import { ulid } from '../../support/events.js'

const AT = '2024-05-06T07:08:09.010Z'

function draft(key: string, changes: Partial<ForeignDraft> = {}): ForeignDraft {
  return {
    event_type: 'NoteAdded',
    event_version: 1,
    entity_id: 'WP01',
    entity_type: 'WorkPackage',
    timestamp: AT,
    actor: 'bob',
    causation_id: key,
    payload: { feature_slug: '001-demo', text: `note of ${key}` },
    parents: [],
    ...changes,
  }
}

function stamped(drafts: readonly ForeignDraft[], ids = new Map<string, string>()): LogEvent[] {
  return stampForeign(drafts, { registry: createRegistry(), nextClock: 5, ids })
}

describe('an import’s drafts', () => {
  it('keep their time, actor and key, and get rising clock values', () => {
    const [first, second] = stamped([
      draft('import:1', { correlation_id: 'run-1' }),
      draft('import:2', { timestamp: '2024-05-07T00:00:00.000Z' }),
    ])
    expect(first).toMatchObject({
      timestamp: AT,
      actor: 'bob',
      causation_id: 'import:1',
      correlation_id: 'run-1',
      lamport_clock: 5,
      parents: [],
    })
    expect(second).toMatchObject({
      timestamp: '2024-05-07T00:00:00.000Z',
      correlation_id: null,
      lamport_clock: 6,
    })
  })

  it('name earlier drafts by key and events of the log by ID, in this call or an earlier one', () => {
    const ids = new Map<string, string>()
    const [first] = stamped([draft('import:1')], ids)
    const [second, third] = stamped(
      [
        draft('renumber:2', { after: ['import:1'], parents: [ulid(7), 'import:7', 'renumber:1'] }),
        draft('import:3', { after: ['renumber:2'] }),
      ],
      ids,
    )
    expect(second?.parents).toEqual([first?.event_id, ulid(7), 'import:7', 'renumber:1'])
    expect(third?.parents).toEqual([second?.event_id])
  })

  it('are refused when they name a key that no earlier draft has', () => {
    const error = errorOf(() => stamped([draft('import:1', { after: ['import:2'] })]))
    expect(error.kind).toBe('ValidationError')
    expect(error.message).toBe('The import of import:1 names a parent that was not written: import:2.')
    expect(stepsOf(error)).toEqual(['Run the import again.'])
    expect(error.context).toEqual({ causation_id: 'import:1', parent: 'import:2' })
  })

  it('are refused when they make no event', () => {
    const error = errorOf(() => stamped([draft('import:1', { actor: 7 as unknown as string })]))
    expect(error.kind).toBe('ValidationError')
    expect(error.message).toMatch(/^The imported NoteAdded is not valid: .+\.$/)
    expect(stepsOf(error)).toEqual(['Correct the source and run the import again.'])
    expect(error.context).toMatchObject({ event_type: 'NoteAdded' })
  })

  it('have IDs in place of keys in their payload only if they say that they refer to others', () => {
    const payload = { feature_slug: '001-demo', text: 'import:1' }
    const [first, refers, plain] = stamped([
      draft('import:1'),
      draft('import:2', { payload, refers: true }),
      draft('import:3', { payload }),
    ])
    expect(refers?.payload).toEqual({ feature_slug: '001-demo', text: first?.event_id })
    expect(plain?.payload).toEqual(payload)
  })

  it('get IDs that say their time and depend on nothing but their bytes', () => {
    const [event] = stamped([draft('import:1')])
    const [again, other] = stamped([draft('import:1'), draft('import:1')])
    expect(again?.event_id).toBe(event?.event_id)
    expect(other?.event_id).not.toBe(event?.event_id)
    const { event_id, ...line } = event ?? ({} as LogEvent)
    const hash = createHash('sha256').update(encodeEvent(line)).digest()
    expect(event_id).toBe(ulidAt(Date.parse(AT), hash))
  })
})

describe('an ID made of a time and a hash', () => {
  it('is the ULID of these 48 and 80 bits', () => {
    // The example of the ULID specification, and its smallest and greatest values.
    expect(ulidAt(1_469_918_176_385, new Uint8Array(10))).toBe(`01ARYZ6S41${'0'.repeat(16)}`)
    expect(ulidAt(0, new Uint8Array(12))).toBe('0'.repeat(26))
    expect(ulidAt(2 ** 48 - 1, new Uint8Array(32).fill(255))).toBe(`7${'Z'.repeat(25)}`)
    const hash = Uint8Array.from([0x00, 0x44, 0x32, 0x14, 0xc7, 0x42, 0x54, 0xb6, 0x35, 0xcf])
    expect(ulidAt(0, hash).slice(10)).toBe('0123456789ABCDEF')
  })

  it('takes the hash from a text', () => {
    const hash = createHash('sha256').update('some text').digest()
    expect(ulidOf(AT, 'some text')).toBe(ulidAt(Date.parse(AT), hash))
  })
})

describe('the chunks of an import', () => {
  const sizes = (drafts: readonly ForeignDraft[]): number[] =>
    [...foreignChunks(drafts)].map(({ length }) => length)
  const onDay = (at: number): ForeignDraft =>
    draft(`import:${at}`, { timestamp: new Date(Date.UTC(2024, 0, at)).toISOString() })

  it('hold 2000 events at most, in their order, each once', () => {
    const drafts = Array.from({ length: 4001 }, (_, at) => draft(`import:${at}`))
    expect(sizes(drafts)).toEqual([2000, 2000, 1])
    expect([...foreignChunks(drafts)].flat()).toEqual(drafts)
    expect(sizes(drafts.slice(0, 2000))).toEqual([2000])
    expect(sizes([])).toEqual([])
  })

  it('hold 200 days at most, and all events of the last one', () => {
    const days = Array.from({ length: 401 }, (_, at) => onDay(at))
    expect(sizes(days)).toEqual([200, 200, 1])
    const last = onDay(199)
    expect(sizes([...days.slice(0, 200), last, last, onDay(200)])).toEqual([202, 1])
  })
})
