import { describe, expect, it } from 'vitest'
import { defineEventType, defineProjection, schema } from '../../../src/core/plugin/define.js'
import { given, stamped } from '../../../src/core/plugin/testing/index.js'

interface Counted {
  readonly feature_slug: string
  readonly count: number
}

const counted = defineEventType<Counted>({
  type: 'x.counter.Counted',
  version: 2,
  schema: schema.object<Counted>({ feature_slug: schema.nonEmpty(200), count: schema.int({ min: 1 }) }),
  upcasters: { 1: ({ n, ...rest }) => ({ ...rest, count: n }) },
})
const first = {
  event_type: 'x.counter.Counted' as const,
  event_version: 1,
  entity_id: '001-x',
  entity_type: 'FeatureSpec' as const,
  payload: { feature_slug: '001-x', n: 4 },
}
const sum = defineProjection({
  name: 'sum',
  initial: () => 0,
  apply: (before, event) => (counted.is(event) ? before + event.payload.count : before),
})

describe("a test of a plugin's events", () => {
  it('reads them as the log does when it names their types', () => {
    const [event] = stamped([first], { eventTypes: [counted] })
    expect(event).toMatchObject({ event_version: 2, payload: { count: 4 } })
    expect(stamped([first])[0]).toMatchObject({ event_version: 1, payload: { n: 4 } })
  })

  it('is told of a payload that does not fit', () => {
    const bad = counted.draft({ feature_slug: '001-x', count: 0 })
    expect(() => stamped([bad], { eventTypes: [counted] })).toThrow('x.counter.Counted is no event')
  })

  it('projects events of every version', () => {
    const second = counted.draft({ feature_slug: '001-x', count: 3 })
    expect(given(first, second).project(sum, { eventTypes: [counted] })).toBe(7)
  })
})
