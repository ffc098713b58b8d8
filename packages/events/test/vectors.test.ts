import { describe, expect, it } from 'vitest'
import {
  CyclicDependencyError,
  REVIEWED_WORKFLOW,
  compareEvents,
  counter,
  distinctEvents,
  emptyWorkPackage,
  gSet,
  isConcurrent,
  moveViolations,
  reduceStatuses,
  stateMachine,
  tick,
  topologicalSort,
  witness,
} from '../src/index.js'
import { parsed, vectorCases } from './support.js'

interface VectorEvent {
  event_id: string
  event_type: string
  aggregate_id: string
  payload: Record<string, never>
  timestamp: string
  node_id: string
  lamport_clock: number
  causation_id: string | null
}

/** The other implementation's field names, in ours. */
function traced(source: VectorEvent) {
  return {
    event_id: source.event_id,
    lamport_clock: source.lamport_clock,
    entity_id: source.aggregate_id,
    entity_type: 'WorkPackage',
    causation_id: source.causation_id,
    actor: source.node_id,
    payload: { feature_slug: '001-demo' },
  }
}

function everyCase<Case>(name: string, check: (testCase: Case) => void): void {
  const cases = vectorCases<Case>(name)
  it.skipIf(cases === undefined)(`agrees with the other implementation on every case of ${name}`, () => {
    expect(cases?.length).toBeGreaterThan(0)
    cases?.forEach((testCase, at) => {
      try {
        check(testCase)
      } catch (error) {
        throw new Error(`case ${at}: ${error instanceof Error ? error.message : String(error)}`)
      }
    })
  })
}

describe('test vectors of an independent implementation', () => {
  everyCase<{ a: VectorEvent; b: VectorEvent; expected: boolean }>('is_concurrent', ({ a, b, expected }) => {
    expect(isConcurrent(traced(a), traced(b))).toBe(expected)
  })

  everyCase<{ events: VectorEvent[]; expected: string[] }>('total_order_key', ({ events, expected }) => {
    // Their tie-breaker is the writer; ours is whatever stands in event_id.
    const byWriter = events.map((source) => ({ ...source, id: source.event_id, event_id: source.node_id }))
    expect(byWriter.sort(compareEvents).map(({ id }) => id)).toEqual(expected)
  })

  everyCase<{ events: VectorEvent[]; expected?: string[]; error?: string }>(
    'topological_sort',
    (testCase) => {
      const sort = () => topologicalSort(testCase.events.map(traced)).map((event) => event.event_id)
      if (testCase.error === undefined) expect(sort()).toEqual(testCase.expected)
      else {
        expect(testCase.error).toBe('CyclicDependencyError')
        expect(sort).toThrow(CyclicDependencyError)
      }
    },
  )

  everyCase<{ events: VectorEvent[]; expected_sorted: string[] }>(
    'merge_gset',
    ({ events, expected_sorted }) => {
      expect([...gSet(events.map((source) => source.payload['tags'] ?? []))].sort()).toEqual(expected_sorted)
    },
  )

  everyCase<{ events: VectorEvent[]; expected: number }>('merge_counter', ({ events, expected }) => {
    const amounts = events.map(({ event_id, payload }) => ({ event_id, amount: payload['delta'] ?? 0 }))
    expect(counter(amounts)).toBe(expected)
  })

  everyCase<{ initial: number; ops: ['tick' | 'update', number][]; expected_after_each: number[] }>(
    'lamport_clock',
    ({ initial, ops, expected_after_each }) => {
      // They keep the last value issued, we the next one to issue.
      let next = initial + 1
      const issued = ops.map(([operation, seen]) => {
        const ticked = tick(operation === 'update' ? witness(next, seen) : next)
        next = ticked.next
        return ticked.value
      })
      expect(issued).toEqual(expected_after_each)
    },
  )

  everyCase<{
    events: VectorEvent[]
    priority_map: Record<string, number>
    state_key: string
    expected?: { merged_event_id: string }
    error?: string
  }>('state_machine_merge', ({ events, priority_map, state_key, expected, error }) => {
    const allConcurrent = events.every((a, at) =>
      events.slice(at + 1).every((b) => isConcurrent(traced(a), traced(b))),
    )
    const result = stateMachine(events, {
      priority: new Map(Object.entries(priority_map)),
      // Their default key, `state`, falls back to `status`.
      stateOf: ({ payload }) => payload[state_key] ?? (state_key === 'state' ? payload['status'] : undefined),
      actorOf: (source) => source.node_id,
    })
    if (error === undefined) {
      expect(allConcurrent).toBe(true)
      expect(result.ok && result.winner.event_id).toBe(expected?.merged_event_id)
    } else {
      expect(error).toBe('ValidationError')
      expect(result.ok && allConcurrent).toBe(false)
    }
  })

  everyCase<{
    input: {
      from_lane: string | null
      to_lane: string
      actor: string
      force: boolean
      reason: string | null
      review_ref: string | null
      evidence: boolean
    }
    payload_valid: boolean
    valid: boolean
    violation_count?: number
  }>('validate_transition_matrix', ({ input, payload_valid, valid, violation_count }) => {
    const violations = moveViolations(REVIEWED_WORKFLOW, input.from_lane, {
      ...input,
      state: emptyWorkPackage('001-demo', 'WP01', REVIEWED_WORKFLOW),
      to: input.to_lane,
      dependencies: [],
    })
    expect(violations.length === 0).toBe(valid)
    expect(violations.some(({ phase }) => phase === 'request')).toBe(!payload_valid)
    if (violation_count !== undefined) expect(violations).toHaveLength(violation_count)
  })

  for (const name of ['reduce_status_events', 'reduce_status_events_anomalies']) {
    everyCase<{
      events: VectorEvent[]
      expected: {
        lanes: Record<string, string>
        last_event_ids: Record<string, string>
        anomaly_event_ids: string[]
        event_count: number
        last_processed_event_id: string | null
      }
    }>(name, ({ events, expected }) => {
      const statuses = events.filter((source) => source.event_type === 'WPStatusChanged').map(statusChanged)
      const reduced = reduceStatuses(REVIEWED_WORKFLOW, statuses, { start: 'none' })
      expect(Object.fromEntries(reduced.lanes)).toEqual(expected.lanes)
      expect(Object.fromEntries(reduced.lastEvents)).toEqual(expected.last_event_ids)
      expect(reduced.anomalies.map(({ event_id }) => event_id)).toEqual(expected.anomaly_event_ids)
      expect(reduced.eventCount).toBe(expected.event_count)
      expect(reduced.lastEvent).toBe(expected.last_processed_event_id)
      expect(distinctEvents(statuses).events).toHaveLength(expected.event_count)
    })
  }
})

/** Their payload: `wp_id`, `from_lane` (null where there is no lane yet, here `none`), `to_lane`, `review_ref`, `evidence`. */
function statusChanged(source: VectorEvent) {
  const { wp_id, from_lane, to_lane, force, reason, review_ref, evidence } = source.payload
  return parsed({
    event_id: source.event_id,
    event_type: 'WPStatusChanged',
    event_version: 2,
    lamport_clock: source.lamport_clock,
    entity_id: wp_id,
    entity_type: 'WorkPackage',
    timestamp: source.timestamp,
    actor: source.node_id,
    causation_id: null,
    correlation_id: null,
    payload: {
      feature_slug: '001-demo',
      old_status: from_lane ?? 'none',
      new_status: to_lane,
      force,
      reason,
      review: { reference: review_ref },
      evidence,
    },
  })
}
