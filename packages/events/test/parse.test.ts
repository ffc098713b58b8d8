import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  ENTITIES_OF,
  EVENT_KEYS,
  MAX_PARENTS,
  checkNew,
  createRegistry,
  encodeEvent,
  eventIdTime,
  isPlainSlug,
  parseEntityId,
  parseEvent,
  parseEventId,
  parseFeatureSlug,
  parseLamportClock,
  parseTimestamp,
  readTimestamp,
  schema,
  utf8Length,
} from '../src/index.js'
import { changeOf, rawEvent, ulid } from './support.js'

const registry = createRegistry()
const good = () =>
  rawEvent('WPStatusChanged', { old_status: 'planned', new_status: 'doing' }, { id: 1, parents: [] })
const without = (key: string) => Object.fromEntries(Object.entries(good()).filter(([name]) => name !== key))
const kindOf = (value: unknown) => {
  const result = parseEvent(value)
  return result.ok ? `ok, known: ${result.known}` : result.problem.kind
}
const withPayload = (payload: object) => ({ ...good(), payload: { feature_slug: '001-demo', ...payload } })

describe('parseEvent, tolerant', () => {
  it('takes a whole event, and gives it back as it is', () => {
    const value = good()
    expect(parseEvent(value)).toEqual({ ok: true, event: value, known: true })
  })

  it('keeps extra keys, in the envelope and in the payload', () => {
    const value = { ...good(), added_later: 1, payload: { ...(good()['payload'] as object), more: [2] } }
    const result = parseEvent(value)
    expect(result.ok && result.event).toEqual(value)
  })

  it('keeps unknown types and later versions, and says that it does not know them', () => {
    expect(kindOf({ ...good(), event_type: 'x.acme.Poked', payload: { feature_slug: 'f' } })).toBe(
      'ok, known: false',
    )
    expect(kindOf({ ...good(), event_version: 99, payload: { feature_slug: 'f' } })).toBe('ok, known: false')
  })

  const NEEDED = EVENT_KEYS.filter((key) => !['parents', 'causation_id', 'correlation_id'].includes(key))
  it.each(NEEDED)('refuses an event without %s, naming the key', (key) => {
    const result = parseEvent(without(key))
    expect(result.ok ? 'ok' : result.problem).toEqual({
      kind: 'bad_envelope',
      message: `${key} is missing`,
    })
  })

  it('takes an event without parents, as others write them', () => {
    expect(kindOf(without('parents'))).toBe('ok, known: true')
  })

  it.each([
    ['event_id', ['', '__proto__', 'a\u0000b', 'x'.repeat(201), 7]],
    ['event_type', ['', 7, null, '__proto__']],
    ['event_version', [0, -1, 1.5, '1', null]],
    ['lamport_clock', [0, -1, 1.5, '5', 2 ** 53, 1e400, null, NaN]],
    ['entity_id', ['', 7, null, '__proto__', 'constructor', 'toString', 'a\u0000b', 'x'.repeat(201)]],
    ['entity_type', ['', 7, 'Gate']],
    [
      'timestamp',
      [
        '',
        '2026-11-22',
        '2026-13-01T00:00:00.000Z',
        '2026-02-29T00:00:00.000Z',
        '2026-11-22 10:00:00',
        '2026-11-22T10:00:00',
        '2026-11-22T10:00:00+24:00',
        '2026-11-22T10:00:60Z',
        '0000-01-01T00:00:00+01:00',
        7,
      ],
    ],
    ['actor', ['', 7, null]],
    ['causation_id', [7, {}]],
    ['correlation_id', [7, {}]],
    ['payload', [7, null, [], {}, { feature_slug: '' }, { feature_slug: '__proto__' }]],
    ['parents', [7, null, [''], [7], {}]],
  ] as const)('refuses every wrong %s', (key, values) => {
    for (const value of values) expect(kindOf({ ...good(), [key]: value })).toBe('bad_envelope')
  })

  it.each([
    ['2026-01-27T10:30:00Z', '2026-01-27T10:30:00.000Z'],
    ['2026-01-27T10:30:00.123456+00:00', '2026-01-27T10:30:00.123Z'],
    ['2026-01-27T10:30:00.9-05:30', '2026-01-27T16:00:00.900Z'],
    ['2024-03-01T00:10:00+01:00', '2024-02-29T23:10:00.000Z'],
    ['2025-12-31T23:30:00-01:00', '2026-01-01T00:30:00.000Z'],
    ['2026-01-01t00:30:00+01:00', '2025-12-31T23:30:00.000Z'],
  ])('reads %s, as other programs write a moment, as %s', (timestamp, read) => {
    const result = parseEvent({ ...good(), timestamp })
    expect(result.ok && result.event.timestamp).toBe(read)
    expect(checkNew({ ...good(), timestamp }, registry).join()).toContain('timestamp')
  })

  it('reads every moment that Date can write with any offset', () => {
    const moments = fc.tuple(
      fc.date({ min: new Date('0002-01-01'), max: new Date('9998-01-01'), noInvalidDate: true }),
      fc.integer({ min: -1439, max: 1439 }),
    )
    fc.assert(
      fc.property(moments, ([date, offset]) => {
        const local = new Date(date.getTime() + offset * 60_000).toISOString().slice(0, -1)
        const [hours, minutes] = [Math.floor(Math.abs(offset) / 60), Math.abs(offset) % 60]
        const zone = `${offset < 0 ? '-' : '+'}${String(hours).padStart(2, '0')}:${String(minutes).padStart(2, '0')}`
        expect(readTimestamp(local + zone)).toBe(date.toISOString())
      }),
    )
  })

  it('reads an event without causation_id, and one whose ids are no ULIDs', () => {
    const bare = parseEvent(without('causation_id'))
    expect(bare.ok && bare.event.causation_id).toBeNull()
    const foreign = { ...good(), event_id: '01TEST1', parents: ['01TEST0'] }
    expect(parseEvent(foreign)).toMatchObject({ ok: true, event: foreign })
    expect(checkNew(foreign, registry).join()).toContain('ULID')
  })

  it.each([
    '8f14e45f-ceea-467f-9575-5a3f0d3c1a11',
    'evt-000001',
    '01jd9zq0h7p8k2m4n6r8t0v2x4',
    'the first, 一',
  ])('may be written behind, about and against an event that another program has called %s', (id) => {
    const written = [
      rawEvent('NoteRetracted', { note: id }),
      rawEvent('UsageRecorded', { tokens: -1, undo: id }),
      rawEvent('WPStatusChanged', { old_status: 'doing', new_status: 'planned', undo: id }),
      rawEvent('TagsChanged', { added: [], removed: [{ tag: 'red', seen: [id] }] }),
      rawEvent('WPChanged', {
        work_package_id: 'WP01',
        ...changeOf({ dependencies: { added: [], removed: [{ id: 'WP02', seen: [id] }] } }),
      }),
      rawEvent('WPCreated', {
        work_package_id: 'WP01',
        title: 't',
        dependencies: [],
        subtasks: [],
        renumbered: { work_package_id: 'WP09', events: [id] },
      }),
      rawEvent('HeadsJoined', {}),
    ].map((value): Record<string, unknown> => ({ ...value, parents: [id], correlation_id: id }))
    for (const value of written) {
      expect(checkNew(value, registry), String(value['event_type'])).toEqual([])
      expect(parseEvent(value)).toMatchObject({ ok: true, known: true, event: value })
    }
  })

  it.each([[['']], [['a\nb']], [['x'.repeat(201)]], [[7]], ['evt-000001']])(
    'is neither written nor read with the parents %j, which name no event',
    (parents) => {
      const value = { ...good(), parents }
      expect(checkNew(value, registry).join()).toContain('parents must be a list of event ids')
      expect(parseEvent(value)).toMatchObject({ ok: false, problem: { kind: 'bad_envelope' } })
    },
  )

  it('takes the feature from where an event that names none tells it, and from nowhere else', () => {
    const bare = { ...good(), payload: { old_status: 'planned', new_status: 'doing' } }
    const featureOf = (value: object, feature?: string) => {
      const result = parseEvent(value, registry, { feature })
      return result.ok ? result.event.payload.feature_slug : result.problem.message
    }
    expect(featureOf({ ...bare, payload: { ...bare.payload, mission_slug: '007-m' } })).toBe('007-m')
    expect(featureOf({ ...bare, feature_slug: '007-f' })).toBe('007-f')
    expect(featureOf(bare, '007-h')).toBe('007-h')
    const spec = { ...rawEvent('SpecCreated', {}), payload: { title: 't', mission: 'm', created_by: 'a' } }
    expect(featureOf(spec)).toBe('001-demo')
    expect(featureOf(bare)).toBe('feature_slug is missing')
    expect(
      featureOf({ ...bare, payload: { ...bare.payload, feature_slug: 7, mission_slug: 'm' } }),
    ).toContain('feature_slug')
  })

  it('leaves what it was given as it was', () => {
    const value = { ...good(), timestamp: '2026-01-27T10:30:00Z', feature_slug: 'f', payload: {} }
    const copy = structuredClone(value)
    parseEvent(value)
    expect(value).toEqual(copy)
  })

  it('refuses a known type whose payload does not fit, naming the key', () => {
    const result = parseEvent(withPayload({ old_status: 'planned' }))
    expect(result.ok ? '' : result.problem.message).toContain('new_status')
    expect(kindOf(withPayload({ old_status: 'planned', new_status: 7 }))).toBe('bad_payload')
    expect(
      kindOf(withPayload({ old_status: 'a', new_status: 'b', gate_results: [{ gate_type: 'CI' }] })),
    ).toBe('bad_payload')
  })

  it('reads statuses that others invented', () => {
    expect(kindOf(withPayload({ old_status: 'planned', new_status: 'napping' }))).toBe('ok, known: true')
    const gate = rawEvent('GateResultChanged', {
      gate_id: 'G1',
      old_status: 'pending',
      new_status: 'skipped',
    })
    expect(kindOf(gate)).toBe('ok, known: true')
    expect(checkNew(gate, registry).join()).toContain('pending, passed, failed')
  })

  it('reports keys made to reach object prototypes, and stays clean', () => {
    for (const hostile of ['{"__proto__":{"x":1}}', '{"constructor":{"prototype":{"x":1}}}']) {
      expect(kindOf({ ...good(), extra: JSON.parse(hostile) as unknown })).toBe('hazard')
    }
    expect(Object.hasOwn(Object.prototype, 'x')).toBe(false)
  })

  it('reports nesting that would overflow a stack, and crowds', () => {
    let deep: unknown = []
    for (let level = 0; level < 100_000; level += 1) deep = [deep]
    expect(kindOf({ ...good(), extra: deep })).toBe('hazard')
    expect(kindOf({ ...good(), extra: Array.from({ length: 200_001 }, () => []) })).toBe('hazard')
  })

  it('takes what is as deep as may be, and what has as many parts', () => {
    let deep: unknown = {}
    // The event itself is the first of 64 levels.
    for (let level = 2; level < 64; level += 1) deep = level % 2 === 0 ? [deep] : { deep }
    expect(kindOf({ ...good(), extra: deep })).toBe('ok, known: true')
    expect(kindOf({ ...good(), extra: [deep] })).toBe('hazard')
    const crowd = (parts: number): unknown =>
      Array.from({ length: parts / 1000 }, () => Array.from({ length: 999 }, () => ({})))
    expect(kindOf({ ...good(), extra: crowd(199_000) })).toBe('ok, known: true')
    expect(kindOf({ ...good(), extra: { one: crowd(100_000), other: crowd(100_000) } })).toBe('hazard')
  })

  it('reports what holds itself, many times over, as soon', () => {
    const itself: unknown[] = []
    itself.push(itself, itself)
    expect(kindOf({ ...good(), extra: itself })).toBe('hazard')
    let shared: unknown = {}
    for (let level = 0; level < 50; level += 1) shared = { one: shared, other: [shared] }
    expect(kindOf({ ...good(), extra: shared })).toBe('hazard')
  })

  it('never throws, whatever comes in', () => {
    const anything = fc.oneof(
      fc.anything({ withNullPrototype: true, withBigInt: true, withSparseArray: true, maxDepth: 4 }),
      fc
        .tuple(fc.constantFrom(...EVENT_KEYS), fc.anything())
        .map(([key, value]) => ({ ...good(), [key]: value })),
      fc
        .anything()
        .map((value) => withPayload({ old_status: value, new_status: value, gate_results: value })),
    )
    fc.assert(fc.property(anything, (value) => void expect(typeof parseEvent(value).ok).toBe('boolean')))
    const trap = new Proxy(
      {},
      {
        get: () => {
          throw new Error('trap')
        },
      },
    )
    expect(kindOf(trap)).toBe('bad_payload')
  })
})

describe('checkNew, strict', () => {
  it('lets a whole event be written', () => {
    expect(checkNew(good(), registry)).toEqual([])
  })

  it.each([
    ['an unknown type', { event_type: 'x.acme.Poked' }, 'not registered'],
    ['a version that is never written', { event_version: 3 }, 'must be 1 or 2'],
    ['an extra key', { surplus: 1 }, 'surplus'],
    ['a missing key', { actor: undefined }, 'actor'],
    [
      'an extra key of the payload',
      { payload: { feature_slug: 'f', old_status: 'a', new_status: 'b', why: 1 } },
      'why',
    ],
    ['an unknown kind of entity', { event_type: 'x.a.B', entity_type: 'Teapot' }, 'Teapot'],
    [
      'a slug that is no safe file name',
      { payload: { feature_slug: '../x', old_status: 'a', new_status: 'b' } },
      'feature_slug',
    ],
    ['a control character in a name', { actor: 'a\u001b[31m' }, 'actor'],
    ['a reserved name', { entity_id: 'toString' }, 'entity_id'],
    [
      'too many parents',
      { parents: Array.from({ length: MAX_PARENTS + 1 }, (_, at) => ulid(at)) },
      'parents',
    ],
    [
      'a line that is too long',
      {
        payload: {
          feature_slug: 'f',
          old_status: 'a',
          new_status: 'b',
          reason: 'é'.repeat(90_000),
          gate_results: [{ gate_type: 'a', status: 'b', details: 'é'.repeat(90_000) }],
        },
      },
      'bytes',
    ],
  ])('refuses %s', (_, change, said) => {
    expect(checkNew({ ...good(), ...change }, registry).join()).toContain(said)
  })

  it('refuses a payload that names another entity than the envelope', () => {
    const created = { work_package_id: 'WP02', title: 't', dependencies: [], subtasks: [] }
    expect(checkNew(rawEvent('WPCreated', created), registry).join()).toContain('WP01')
    expect(checkNew(rawEvent('WPCreated', { ...created, work_package_id: 'WP01' }), registry)).toEqual([])
  })

  it('refuses what is no object', () => {
    for (const value of [null, 7, [], 'x', undefined]) expect(checkNew(value, registry)).not.toEqual([])
  })

  it('counts the bytes it is told', () => {
    expect(checkNew(good(), registry, 256 * 1024)).toEqual([])
    expect(checkNew(good(), registry, 256 * 1024 + 1)).toHaveLength(1)
  })
})

describe('encodeEvent', () => {
  it('writes the keys in the order of the format, extra ones after, and one newline', () => {
    const shuffled = Object.fromEntries([['7', 'x'], ['zeta', 1], ...Object.entries(good()).reverse()])
    const keys = [...encodeEvent(shuffled).matchAll(/"(\w+)":/g)].map(([, key]) => key)
    expect(keys.filter((key) => [...EVENT_KEYS, 'zeta', '7'].includes(key as never))).toEqual([
      ...EVENT_KEYS,
      '7',
      'zeta',
    ])
    expect(encodeEvent(good()).indexOf('\n')).toBe(encodeEvent(good()).length - 1)
  })

  it('leaves non-ASCII characters unescaped and comes back as it went', () => {
    const value = { ...good(), actor: 'Zoë 🐈\u2028' }
    expect(encodeEvent(value)).toContain('Zoë 🐈\u2028')
    expect(JSON.parse(encodeEvent(value))).toEqual(value)
  })

  it('keeps an own __proto__ key as text', () => {
    const value: unknown = JSON.parse('{"event_id":"a","__proto__":{"x":1}}')
    expect(encodeEvent(value as object)).toBe('{"event_id":"a","__proto__":{"x":1}}\n')
  })

  it('measures as many bytes as UTF-8 has', () => {
    const pair = fc.string({ unit: 'grapheme' })
    fc.assert(fc.property(pair, (text) => void expect(utf8Length(text)).toBe(Buffer.byteLength(text))))
  })
})

describe('names and numbers', () => {
  it('parseEventId takes exactly the ULIDs, and eventIdTime reads their milliseconds', () => {
    expect(eventIdTime(parseEventId('01ARYZ6S41TSV4RRFFQ69G5FAV') ?? (ulid(0) as never))).toBe(1469918176385)
    expect(parseEventId('01ARYZ6S41TSV4RRFFQ69G5FA')).toBeUndefined()
  })

  it('parseLamportClock takes 1 to 2^53-1', () => {
    expect([1, 2 ** 53 - 1].map(parseLamportClock)).toEqual([1, 2 ** 53 - 1])
    expect([0, 2 ** 53, 1.5, '1', null].map(parseLamportClock)).toEqual(Array(5).fill(undefined))
  })

  it('parseTimestamp agrees with the calendar', () => {
    fc.assert(
      fc.property(fc.date({ min: new Date(0), max: new Date('9999-12-31'), noInvalidDate: true }), (date) => {
        expect(parseTimestamp(date.toISOString())).toBe(date.toISOString())
      }),
    )
    for (const text of ['2026-04-31', '2100-02-29', '2026-00-01', '2026-01-00']) {
      expect(parseTimestamp(`${text}T00:00:00.000Z`)).toBeUndefined()
    }
    expect(parseTimestamp('2026-01-01T24:00:00.000Z')).toBeUndefined()
  })

  it('slugs are read generously and written strictly', () => {
    for (const text of ['001-demo', 'Über/..', 'a b']) expect(parseFeatureSlug(text)).toBe(text)
    for (const text of ['', '__proto__', 'valueOf', 'a\nb', 'x'.repeat(201)]) {
      expect(parseFeatureSlug(text)).toBeUndefined()
      expect(parseEntityId(text)).toBeUndefined()
    }
    expect(
      ['001-demo', 'a.b_c', 'login-01KW6N8W', '2026-plan-01KW6N8W', 'login-01kw6n8w'].every(isPlainSlug),
    ).toBe(true)
    // In upper case only as a ULID begins, and as a whole: no I, L, O, U, and the first is at most 7.
    for (const slug of [
      'login-01KW6N8',
      'login-01KW6N8w',
      'login-81KW6N8W',
      'login-01KW6N8L',
      'Login-01KW6N8W',
    ])
      expect(isPlainSlug(slug), slug).toBe(false)
    expect(['Über', 'a b', '../x', 'a..b', '-x', 'a/b', 'a.', 'constructor', ''].some(isPlainSlug)).toBe(
      false,
    )
  })
})

describe('createRegistry', () => {
  const poked = (version: number, upcasters = {}) => ({
    type: 'x.acme.Poked',
    version,
    schema: schema.object<{ feature_slug: string; times: number }>({
      feature_slug: schema.nonEmpty(),
      times: schema.int({ min: 0 }),
    }),
    upcasters,
  })
  const poke = (event_version: number, payload: object) =>
    rawEvent('x.acme.Poked', payload, { id: 1 }) && {
      ...rawEvent('x.acme.Poked', payload, { id: 1 }),
      event_version,
    }

  it('knows every type of its own', () => {
    expect(registry.types).toEqual(Object.keys(ENTITIES_OF))
  })

  it('brings an older payload up to the current version, step by step', () => {
    const extended = createRegistry([
      poked(3, {
        1: (payload: Record<string, unknown>) => ({ ...payload, count: 1 }),
        2: ({ feature_slug, count }: Record<string, unknown>) => ({ feature_slug, times: count }),
      }),
    ])
    const result = parseEvent(poke(1, {}), extended)
    expect(result.ok && [result.known, result.event.event_version, result.event.payload]).toEqual([
      true,
      3,
      { feature_slug: '001-demo', times: 1 },
    ])
    expect(parseEvent(poke(4, {}), extended)).toMatchObject({
      ok: true,
      known: false,
      event: { event_version: 4 },
    })
  })

  it('reports a payload on which an upcaster throws', () => {
    const throwing = () => {
      throw new Error('no such field')
    }
    const result = parseEvent(poke(1, {}), createRegistry([poked(2, { 1: throwing })]))
    expect(result.ok ? '' : result.problem.message).toContain('no such field')
  })

  it('checks the payload of a plugin like its own', () => {
    const extended = createRegistry([poked(1)])
    expect(parseEvent(poke(1, { times: 'x' }), extended)).toMatchObject({
      ok: false,
      problem: { kind: 'bad_payload' },
    })
    expect(checkNew(poke(1, { times: 2 }), extended)).toEqual([])
  })

  it('refuses definitions that would shadow, repeat or leave a gap', () => {
    expect(() => createRegistry([{ ...poked(1), type: 'WPCreated' }])).toThrow('x.<plugin>.<Name>')
    expect(() => createRegistry([poked(1), poked(1)])).toThrow('twice')
    expect(() => createRegistry([poked(2)])).toThrow('upcaster from version 1')
    expect(() => createRegistry([poked(0)])).toThrow('version 0')
  })
})
