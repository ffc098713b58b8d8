import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { LogEvent, NewEvent, WorkflowTable } from '../../../../src/core/events-lib.js'
import { encodeEvent, parseEvent } from '../../../../src/core/events-lib.js'
import { ulid } from '../../../../src/core/plugin/testing/notes.js'

interface Step {
  readonly at: string
  readonly actor: string
  readonly draft: NewEvent<'WPCreated' | 'WPStatusChanged'>
}

/** Events at the times given, with clocks in their order. */
export function eventsOf(steps: readonly Step[]): LogEvent[] {
  return steps.map(({ at, actor, draft }, index) => {
    const result = parseEvent({
      ...draft,
      event_id: ulid(index + 1),
      event_version: 1,
      lamport_clock: index + 1,
      timestamp: new Date(at).toISOString(),
      actor,
      causation_id: null,
      correlation_id: null,
    })
    if (!result.ok) throw new Error(result.problem.message)
    return result.event
  })
}

export function created(feature: string, id: string, at: string): Step {
  const payload = { feature_slug: feature, work_package_id: id, title: id, dependencies: [], subtasks: [] }
  return {
    at,
    actor: 'ada',
    draft: { event_type: 'WPCreated', entity_id: id, entity_type: 'WorkPackage', payload },
  }
}

export function moved(
  feature: string,
  id: string,
  from: string,
  to: string,
  at: string,
  actor = 'ada',
): Step {
  const payload = { feature_slug: feature, old_status: from, new_status: to }
  return {
    at,
    actor,
    draft: { event_type: 'WPStatusChanged', entity_id: id, entity_type: 'WorkPackage', payload },
  }
}

/** The bytes of a log. */
export function textOf(events: readonly LogEvent[]): string {
  return events.map((event) => encodeEvent(event)).join('')
}

interface RealMove {
  readonly at: string
  readonly actor: string
  readonly wp_id: string
  readonly from_lane?: string
  readonly to_lane?: string
}

/** The eleven real features as events of kitty: each package appears a day before its feature's first move. */
export function realEvents(specs: string): LogEvent[] {
  const steps = readdirSync(specs).flatMap((feature) => {
    if (!/^\d{3}-/.test(feature)) return []
    const moves = readFileSync(join(specs, feature, 'status.events.jsonl'), 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as RealMove) // The format of data/README.md; what differs fails below.
    const first = Math.min(...moves.map(({ at }) => Date.parse(at)))
    const before = new Date(first - 86_400_000).toISOString()
    const packages = readdirSync(join(specs, feature, 'tasks')).flatMap((name) => /^WP\d+/.exec(name) ?? [])
    return [
      ...packages.map((id) => created(feature, id, before)),
      ...moves.flatMap(({ at, actor, wp_id, from_lane, to_lane }) =>
        from_lane === undefined || to_lane === undefined
          ? []
          : [moved(feature, wp_id, from_lane, to_lane, at, actor)],
      ),
    ]
  })
  return eventsOf(steps.sort((a, b) => Date.parse(a.at) - Date.parse(b.at)))
}

/** A year of packages that wander through the lanes, some with watches that go wrong; the same for the same seed. */
export function wanderings(table: WorkflowTable, seed: number): LogEvent[] {
  let state = seed
  const random = (below: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
  const start = Date.UTC(2025, 10, 3, 8)
  const lanes = new Map<string, string>()
  return eventsOf(
    Array.from({ length: 400 }, (_, step) => {
      const id = `WP${String(random(40) + 1).padStart(2, '0')}`
      const feature = `00${String(random(3) + 1)}-wander`
      const key = `${feature}/${id}`
      const late = random(20) === 0 ? random(40) * 86_400_000 : 0
      const at = new Date(start + step * 79_000_000 + random(50_000_000) - late).toISOString()
      const from = lanes.get(key)
      if (from === undefined) {
        lanes.set(key, table.initial)
        return created(feature, id, at)
      }
      const to = table.lanes[random(table.lanes.length)] ?? table.initial
      lanes.set(key, to)
      return moved(feature, id, from, to, at, ['ada', 'bob', 'cyd'][random(3)])
    }),
  )
}
