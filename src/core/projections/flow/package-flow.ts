import type { WorkflowTable } from '../../events-lib.js'
import type { LaneTimeline } from './lane-timeline.js'

/** A stay in a lane. `to` is null while it lasts. */
export interface Visit {
  readonly lane: string
  readonly from: number
  readonly to: number | null
}

/** What the figures need to know about one package. Times are milliseconds since 1970. */
export interface PackageFlow {
  readonly feature: string
  readonly work_package: string
  readonly visits: readonly Visit[]
  readonly lane: string
  /** Who moved it to its current lane, and when; null before the first move. */
  readonly holder: string | null
  readonly since: number
  readonly appeared: number
  /** First arrival in a working lane. */
  readonly started: number | null
  /** Last arrival in a done lane, if it is in one now. */
  readonly finished: number | null
}

/** @param now later changes count as made now */
export function packageFlow(
  timeline: LaneTimeline,
  table: WorkflowTable,
  now: number,
): PackageFlow | undefined {
  const changes = timeline.changes.map((change) => ({ ...change, time: Math.min(change.time, now) }))
  const [first] = changes
  const last = changes.at(-1)
  if (first === undefined || last === undefined) return undefined
  const arrivals = changes.filter(({ lane }, at) => changes[at - 1]?.lane !== lane)
  const isDone = (lane: string): boolean => table.done.includes(lane)
  const finishes = arrivals.filter(({ lane }, at) => isDone(lane) && !isDone(arrivals[at - 1]?.lane ?? ''))
  return {
    feature: timeline.feature,
    work_package: timeline.work_package,
    visits: arrivals.map(({ lane, time }, at) => ({ lane, from: time, to: arrivals[at + 1]?.time ?? null })),
    lane: last.lane,
    holder: last.actor,
    since: last.time,
    appeared: first.time,
    started: changes.find(({ lane }) => table.working.includes(lane))?.time ?? null,
    finished: isDone(last.lane) ? (finishes.at(-1)?.time ?? null) : null,
  }
}
