import type { FlowDocument } from '../projections/flow/flow-document.js'

type Cell = string | number | null

/** Every figure, one value per line: `figure,at,series,value`. RFC 4180. */
export function flowCsv(flow: FlowDocument): string {
  const {
    days,
    lanes,
    cumulative,
    burn_up,
    cycle_time,
    lead_time,
    throughput,
    work_in_progress,
    time_in_lane,
  } = flow
  const rows: (readonly [figure: string, at: string, series: string, value: Cell])[] = [
    ...lanes.flatMap((lane) =>
      days.map((day, at) => ['cumulative', day, lane, cumulative[lane]?.[at] ?? 0] as const),
    ),
    ...days.flatMap((day, at) => [
      ['burn_up', day, 'scope', burn_up.scope[at] ?? 0] as const,
      ['burn_up', day, 'done', burn_up.done[at] ?? 0] as const,
    ]),
    ...(burn_up.forecast === null
      ? []
      : (['likely', 'cautious'] as const).map(
          (name) =>
            ['forecast', burn_up.forecast?.[name] ?? '', name, burn_up.forecast?.remaining ?? 0] as const,
        )),
    ...(
      [
        ['cycle_time', cycle_time],
        ['lead_time', lead_time],
      ] as const
    ).flatMap(([figure, { items, p50, p85, p95 }]) => [
      ...items.map(
        (one) => [figure, one.finished_at, `${one.feature}/${one.work_package}`, one.seconds] as const,
      ),
      [figure, '', 'p50', p50] as const,
      [figure, '', 'p85', p85] as const,
      [figure, '', 'p95', p95] as const,
    ]),
    ...throughput.map(({ week, done }) => ['throughput', week, 'done', done] as const),
    ...work_in_progress.flatMap(({ actor, packages }) =>
      packages.map(
        (one) => ['work_in_progress', one.since, actor, `${one.feature}/${one.work_package}`] as const,
      ),
    ),
    ...time_in_lane.flatMap(({ lane, seconds, count, open, p50, p85, p95 }) =>
      Object.entries({ seconds, visits: count, open, p50, p85, p95 }).map(
        ([series, value]) => ['time_in_lane', lane, series, value] as const,
      ),
    ),
  ]
  return [['figure', 'at', 'series', 'value'], ...rows]
    .map((row) => `${row.map(cell).join(',')}\r\n`)
    .join('')
}

/** A text that a spreadsheet would take for a formula begins with an apostrophe. */
function cell(value: Cell): string {
  const text = typeof value === 'string' && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value ?? '')
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
