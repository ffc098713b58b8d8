import type { Durations, FlowDocument } from '../../../src/core/projections/flow/flow-document.js'
import { laneName } from '../format.js'
import type { ChartData } from './chart.js'

const DAY = 86_400
const seconds = (day: string): number => Date.parse(day) / 1000

/** Lanes on top of one another, the last of the workflow at the bottom. */
export function cumulative(
  { days, lanes, cumulative: counts }: FlowDocument,
  colorOf: (lane: string) => string,
): ChartData {
  const stacked = [...lanes].reverse()
  const sums: number[][] = []
  for (const lane of stacked) {
    const below = sums.at(-1)
    sums.push((counts[lane] ?? []).map((count, day) => count + (below?.[day] ?? 0)))
  }
  return {
    kind: 'areas',
    x: days.map(seconds),
    series: stacked
      .map((lane, at) => ({ name: laneName(lane), color: colorOf(lane), y: sums[at] ?? [] }))
      .reverse(),
    table: {
      head: ['Day', ...lanes],
      rows: days.map((day, at) => [day, ...lanes.map((lane) => counts[lane]?.[at] ?? 0)]),
    },
  }
}

/** Done and wanted, and where the forecast expects the two to meet. */
export function burnUp({ days, burn_up: { scope, done, forecast } }: FlowDocument): ChartData {
  const dates = forecast === null ? [] : [...new Set([forecast.likely, forecast.cautious])].sort()
  const ahead = dates.filter((date) => date > (days.at(-1) ?? ''))
  const none = ahead.map(() => null)
  const goal = scope.at(-1) ?? 0
  const start = done.length - 1
  // From today's point to the goal, through the dates between.
  const line = (date: string | undefined): (number | null)[] =>
    [...done, ...none].map((_, at) => {
      if (date === undefined || at < start) return null
      return at === start ? (done[start] ?? 0) : ahead[at - done.length] === date ? goal : null
    })
  const forecasts =
    forecast === null
      ? []
      : [
          { name: 'Likely', color: 'var(--green)', y: line(forecast.likely), isDashed: true },
          { name: 'Cautious', color: 'var(--amber)', y: line(forecast.cautious), isDashed: true },
        ]
  return {
    kind: 'lines',
    x: [...days, ...ahead].map(seconds),
    series: [
      { name: 'Wanted', color: 'var(--slate)', y: [...scope, ...none] },
      { name: 'Done', color: 'var(--green)', y: [...done, ...none], isFilled: true },
      ...forecasts,
    ],
    table: {
      head: ['Day', 'Wanted', 'Done'],
      rows: days.map((day, at) => [day, scope[at] ?? 0, done[at] ?? 0]),
    },
  }
}

export function throughput({ throughput: weeks }: FlowDocument): ChartData {
  return {
    kind: 'bars',
    x: weeks.map(({ week }) => seconds(week)),
    series: [{ name: 'Done', color: 'var(--green)', y: weeks.map(({ done }) => done) }],
    table: { head: ['Week of', 'Done'], rows: weeks.map(({ week, done }) => [week, done]) },
  }
}

/** A point per finished package, in days, with the percentiles as lines. */
export function durations({ items, p50, p85, p95 }: Durations, name: string): ChartData {
  const sorted = [...items].sort((a, b) => (a.finished_at < b.finished_at ? -1 : 1))
  const level = (value: number | null): (number | null)[] =>
    sorted.map(() => (value === null ? null : value / DAY))
  return {
    kind: 'points',
    x: sorted.map(({ finished_at }) => seconds(finished_at)),
    series: [
      { name, color: 'var(--blue)', y: sorted.map((one) => one.seconds / DAY) },
      { name: '50 %', color: 'var(--green)', y: level(p50), isDashed: true },
      { name: '85 %', color: 'var(--amber)', y: level(p85), isDashed: true },
      { name: '95 %', color: 'var(--red)', y: level(p95), isDashed: true },
    ],
    unit: 'd',
    table: {
      head: ['Feature', 'Package', 'From', 'To', 'Seconds'],
      rows: items.map((one) => [one.feature, one.work_package, one.started_at, one.finished_at, one.seconds]),
    },
  }
}
