import { describe, expect, it } from 'vitest'
import {
  createRegistry,
  schema,
  validTransitions,
  DEFAULT_WORKFLOW,
  type EventTypeDefinition,
} from '../src/index.js'
import { parsed, rawEvent } from './support.js'

const { object, openObject, string } = schema
const type = 'x.acme.Poked'
const poked = (event_version: number, payload: object = {}) =>
  parsed({ ...rawEvent(type, payload, { id: 1 }), event_version })

/** Its third version, which came from two others. */
const DEFINITION: EventTypeDefinition = {
  type,
  version: 3,
  schema: openObject({}),
  older: { 2: object<{ feature_slug: string }>({ feature_slug: string() }) },
  upcasters: {
    1: (payload) => ({ ...payload, trail: [1] }),
    2: (payload) => ({ ...payload, trail: [...((payload['trail'] as number[] | undefined) ?? []), 2] }),
  },
}

describe('a plugin’s event type', () => {
  const registry = createRegistry([DEFINITION])

  it('is one of all that may be written, in their order', () => {
    const own = createRegistry().types
    expect(own).toContain('NoteAdded')
    expect(registry.types).toEqual([...own, type])
    expect(registry.definition(type)).toBe(DEFINITION)
    expect(registry.definition('x.acme.Sung')).toBeUndefined()
  })

  it('is written in the earliest version that has room for its payload', () => {
    expect(registry.versionFor(type, { feature_slug: 'a' })).toBe(2)
    expect(registry.versionFor(type, { feature_slug: 'a', more: 1 })).toBe(3)
    expect(registry.versionFor(type, {})).toBe(3)
    expect(registry.versionFor('x.acme.Sung', {})).toBe(1)
    expect(registry.versionFor('NoteAdded', {})).toBe(1)
  })

  it('is brought up from version to version, and left as it is from the current one on', () => {
    const from = (version: number) => registry.upcast(poked(version))
    expect(from(1)).toMatchObject({ known: true, event: { event_version: 3, payload: { trail: [1, 2] } } })
    expect(from(2)).toMatchObject({ known: true, event: { event_version: 3, payload: { trail: [2] } } })
    expect(from(3)).toEqual({ known: true, event: poked(3) })
    expect(from(4)).toEqual({ known: false, event: poked(4) })
    expect(createRegistry().upcast(poked(1))).toEqual({ known: false, event: poked(1) })
  })

  it('reads as the current one from the version that says so, and a stub in any', () => {
    const lenient = createRegistry([
      { ...DEFINITION, upcasters: { 1: (payload) => ({ ...payload, up: true }) }, readsAsCurrentSince: 2 },
    ])
    expect(lenient.upcast(poked(2))).toEqual({ known: true, event: poked(2) })
    expect(lenient.upcast(poked(1)).event).toMatchObject({ event_version: 3, payload: { up: true } })
    const stub = poked(1, { redacted: 'why' })
    expect(registry.upcast(stub)).toEqual({ known: true, event: stub })
  })

  it.each<[Partial<EventTypeDefinition>, string]>([
    [{ type: 'Poked' }, 'Event type "Poked" must have the form x.<plugin>.<Name>; rename it.'],
    [{ version: 0 }, `Event type "${type}" has version 0; use an integer from 1.`],
    [{ version: 1.5 }, `Event type "${type}" has version 1.5; use an integer from 1.`],
    [
      { upcasters: { 1: (payload) => payload } },
      `Event type "${type}" has no upcaster from version 2; add upcasters[2].`,
    ],
  ])('is refused: %j', (changes, message) => {
    expect(() => createRegistry([{ ...DEFINITION, ...changes }])).toThrow(new TypeError(message))
  })

  it('is refused twice, and without any upcasters', () => {
    expect(() => createRegistry([DEFINITION, DEFINITION])).toThrow(
      `"${type}" is defined twice; remove one definition.`,
    )
    const { version, schema: ofPayload } = DEFINITION
    expect(() => createRegistry([{ type, version, schema: ofPayload }])).toThrow(
      'has no upcaster from version 1',
    )
  })
})

describe('the lanes that a package can go to', () => {
  it('are those of the table’s open moves', () => {
    const table = {
      ...DEFAULT_WORKFLOW,
      moves: { planned: [{ to: 'doing' }, { to: 'done', forcedOnly: true }] },
    }
    expect(validTransitions(table, 'planned')).toEqual(['doing'])
    expect(validTransitions(table, 'doing')).toEqual([])
  })
})
