import type { WorkflowTable } from '../../events-lib.js'
import { DAY_MS, dayOf, isoDay, steps, WEEK_MS, weekOf } from './calendar.js'
import type { ActorLoad, BurnUp, Durations, FlowDocument, LaneTime, WeekThroughput } from './flow-document.js'
import { forecast } from './forecast.js'
import type { LaneTimeline } from './lane-timeline.js'
import { packageFlow, type PackageFlow } from './package-flow.js'
import { percentiles } from './percentile.js'

/** Five years: a timestamp of 1970 comes from a wrong clock, not from a project that began then. */
const LONGEST_DAYS = 1_827

export interface FlowInput {
  readonly timelines: readonly LaneTimeline[]
  readonly table: WorkflowTable
  /** Milliseconds since 1970. */
  readonly now: number
  readonly feature: string | null
}

/** Computes every flow figure from the lanes that packages were in. docs/flow.md defines each. */
export function flow({ timelines, table, now, feature }: FlowInput): FlowDocument {
  const packages = timelines.flatMap((timeline) => packageFlow(timeline, table, now) ?? [])
  const first = packages.reduce((least, { appeared }) => Math.min(least, appeared), now)
  const today = dayOf(now)
  const days = steps(Math.max(dayOf(first), today - (LONGEST_DAYS - 1) * DAY_MS), today, DAY_MS)
  const cumulative = cumulativeFlow(packages, table.lanes, days)
  const throughput = throughputPerWeek(packages, first, now)
  return {
    feature,
    as_of: new Date(now).toISOString(),
    lanes: table.lanes,
    days: days.map(isoDay),
    cumulative,
    burn_up: burnUp(cumulative, table, throughput, now),
    cycle_time: durations(packages, ({ started }) => started),
    lead_time: durations(packages, ({ appeared }) => appeared),
    throughput,
    work_in_progress: workInProgress(packages, table),
    time_in_lane: timeInLane(packages, table.lanes, now),
  }
}

/** Counts each day's arrivals and departures, and then their running sum. */
function cumulativeFlow(
  packages: readonly PackageFlow[],
  lanes: readonly string[],
  days: readonly number[],
): Record<string, number[]> {
  const start = days[0] ?? 0
  const counts = new Map(lanes.map((lane) => [lane, new Array<number>(days.length).fill(0)]))
  const add = (lane: string, time: number, by: number): void => {
    const day = Math.max(0, (dayOf(time) - start) / DAY_MS)
    const own = counts.get(lane)
    if (own !== undefined) own[day] = (own[day] ?? 0) + by
  }
  for (const { visits } of packages) {
    for (const { lane, from, to } of visits) {
      add(lane, from, 1)
      if (to !== null) add(lane, to, -1)
    }
  }
  for (const own of counts.values()) own.forEach((by, day) => (own[day] = by + (own[day - 1] ?? 0)))
  return Object.fromEntries(counts)
}

function burnUp(
  cumulative: Readonly<Record<string, readonly number[]>>,
  table: WorkflowTable,
  throughput: readonly WeekThroughput[],
  now: number,
): BurnUp {
  const sum = (lanes: readonly string[]): number[] => {
    const columns = lanes.map((lane) => cumulative[lane] ?? [])
    return (columns[0] ?? []).map((_, day) =>
      columns.reduce((total, column) => total + (column[day] ?? 0), 0),
    )
  }
  const scope = sum(table.lanes.filter((lane) => !table.dropped.includes(lane)))
  const done = sum(table.done)
  const remaining = (scope.at(-1) ?? 0) - (done.at(-1) ?? 0)
  // Leave out this week, which is not over.
  const whole = throughput.slice(0, -1).map((week) => week.done)
  return { scope, done, forecast: forecast(whole, remaining, now) }
}

function durations(
  packages: readonly PackageFlow[],
  startOf: (one: PackageFlow) => number | null,
): Durations {
  const items = packages.flatMap((one) => {
    const start = startOf(one)
    if (start === null || one.finished === null) return []
    return [
      {
        feature: one.feature,
        work_package: one.work_package,
        started_at: new Date(start).toISOString(),
        finished_at: new Date(one.finished).toISOString(),
        seconds: Math.floor((one.finished - start) / 1000),
      },
    ]
  })
  return { ...percentiles(items.map(({ seconds }) => seconds)), items }
}

/** Counts done packages by the week in which they last became done, from the first week to this one. */
function throughputPerWeek(packages: readonly PackageFlow[], first: number, now: number): WeekThroughput[] {
  const done = new Map<number, number>()
  for (const { finished } of packages) {
    if (finished !== null) done.set(weekOf(finished), (done.get(weekOf(finished)) ?? 0) + 1)
  }
  const begin = Math.max(weekOf(first), weekOf(now - LONGEST_DAYS * DAY_MS))
  return steps(begin, weekOf(now), WEEK_MS).map((week) => ({ week: isoDay(week), done: done.get(week) ?? 0 }))
}

/** Lists who holds what in the working lanes, the highest load first. */
function workInProgress(packages: readonly PackageFlow[], table: WorkflowTable): ActorLoad[] {
  const loads = new Map<string, ActorLoad['packages'][number][]>()
  for (const { feature, work_package, lane, holder, since } of packages) {
    if (!table.working.includes(lane) || holder === null) continue
    const own = loads.get(holder) ?? []
    own.push({ feature, work_package, since: new Date(since).toISOString() })
    loads.set(holder, own)
  }
  return [...loads]
    .map(([actor, own]) => ({ actor, packages: own }))
    .sort((a, b) => b.packages.length - a.packages.length || (a.actor < b.actor ? -1 : 1))
}

function timeInLane(packages: readonly PackageFlow[], lanes: readonly string[], now: number): LaneTime[] {
  const visits = packages.flatMap((one) => one.visits)
  return lanes.map((lane) => {
    const own = visits.filter((visit) => visit.lane === lane)
    const seconds = own.map(({ from, to }) => Math.floor(((to ?? now) - from) / 1000))
    return {
      lane,
      open: own.filter(({ to }) => to === null).length,
      seconds: seconds.reduce((total, one) => total + one, 0),
      ...percentiles(seconds),
    }
  })
}
