/** Output of `kitty flow`: how work flows, on one screen. */
import type { Durations, FlowDocument } from '../../projections/flow/flow-document.js'
import type { Style } from '../style.js'
import { ink, span, type Line } from './line.js'
import { oneLine } from './strip-control.js'
import { renderTable, type Column } from './table.js'

const BARS = '▁▂▃▄▅▆▇█'
const WEEKS = 26

/** The figures as text without a final newline. */
export function renderFlow(flow: FlowDocument, style: Style): string {
  const sections = [summary(flow, style), lanes(flow, style), loads(flow, style)]
  return sections.filter((section) => section !== '').join('\n\n')
}

function summary(flow: FlowDocument, style: Style): string {
  const { burn_up, cycle_time, lead_time, throughput } = flow
  const whole = throughput.slice(0, -1)
  const lines: [name: string, ...text: string[]][] = [
    ['done', `${burn_up.done.at(-1) ?? 0} of ${burn_up.scope.at(-1) ?? 0}`],
    ['cycle time', spread(cycle_time)],
    ['lead time', spread(lead_time)],
    [
      'throughput',
      `${average(whole.slice(-4).map(({ done }) => done))} a week in the last four${spark(flow, style)}`,
    ],
    ['forecast', forecastText(flow)],
  ]
  return ink(
    lines.map(([name, ...text]): Line => [span(name.padEnd(12), 'faint'), span(text.join(''))]),
    style,
  )
}

function spread({ count, p50, p85, p95 }: Durations): string {
  if (count === 0) return 'nothing finished yet'
  return `half within ${duration(p50)}, 85 % ${duration(p85)}, 95 % ${duration(p95)}, of ${count}`
}

function spark({ throughput }: FlowDocument, style: Style): string {
  const weeks = throughput.slice(-WEEKS).map(({ done }) => done)
  const most = Math.max(1, ...weeks)
  if (!style.terminal || !style.unicode) return ''
  return `  ${weeks.map((done) => BARS[Math.round((done / most) * (BARS.length - 1))]).join('')}`
}

function forecastText({ burn_up: { forecast } }: FlowDocument): string {
  if (forecast === null) return 'none: nothing remains, or too little was done to draw from'
  const { remaining, weeks_sampled, likely, cautious } = forecast
  return `${remaining} left: likely by ${likely}, cautiously by ${cautious} (${weeks_sampled} weeks drawn)`
}

type LaneRow = FlowDocument['time_in_lane'][number]

const LANE_COLUMNS: readonly Column<LaneRow>[] = [
  { title: 'lane', cell: ({ lane }) => span(oneLine(lane), 'strong') },
  { title: 'now', cell: ({ open }) => span(String(open)) },
  { title: 'visits', cell: ({ count }) => span(String(count)) },
  { title: '50 %', cell: ({ p50 }) => span(duration(p50)) },
  { title: '85 %', cell: ({ p85 }) => span(duration(p85)) },
  { title: '95 %', cell: ({ p95 }) => span(duration(p95)) },
]

function lanes({ time_in_lane }: FlowDocument, style: Style): string {
  return renderTable(LANE_COLUMNS, time_in_lane, style)
}

type LoadRow = FlowDocument['work_in_progress'][number]

const LOAD_COLUMNS: readonly Column<LoadRow>[] = [
  { title: 'who', cell: ({ actor }) => span(oneLine(actor), 'strong') },
  { title: 'has', cell: ({ packages }) => span(String(packages.length)) },
  {
    title: 'in progress',
    cell: ({ packages }) =>
      span(oneLine(packages.map((one) => `${one.feature}/${one.work_package}`).join(', '))),
  },
]

function loads({ work_in_progress }: FlowDocument, style: Style): string {
  return work_in_progress.length === 0 ? '' : renderTable(LOAD_COLUMNS, work_in_progress, style)
}

const UNITS = [
  [86_400, 'd'],
  [3_600, 'h'],
  [60, 'min'],
] as const

/** Uses the largest unit of which there are at least two. */
function duration(seconds: number | null): string {
  if (seconds === null) return '-'
  for (const [size, unit] of UNITS) if (seconds >= 2 * size) return `${Math.round(seconds / size)} ${unit}`
  return `${Math.round(seconds)} s`
}

function average(values: readonly number[]): string {
  if (values.length === 0) return '0'
  return (values.reduce((sum, one) => sum + one, 0) / values.length).toFixed(1)
}
