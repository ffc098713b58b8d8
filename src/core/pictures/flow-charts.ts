import type { WorkflowTable } from '../events-lib.js'
import type { Durations, FlowDocument } from '../projections/flow/flow-document.js'
import { chart, CHART_HEIGHT, CHART_WIDTH, type ChartSpec, type Series } from './chart.js'
import { element, laneName } from './markup.js'
import { laneColors, PICTURE_STYLE } from './picture-style.js'

const DAY = 86_400

type Lanes = Pick<WorkflowTable, 'initial' | 'done' | 'dropped'>

/** All figures as one SVG document. */
export function flowSvg(flow: FlowDocument, table: Lanes): string {
  const charts = flowCharts(flow, table)
  const height = charts.length * CHART_HEIGHT
  return `${element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      viewBox: `0 0 ${CHART_WIDTH} ${height}`,
      width: CHART_WIDTH,
      height,
    },
    `<style>${PICTURE_STYLE}</style>`,
    element('rect', { class: 'paper', width: CHART_WIDTH, height }),
    ...charts.map((spec, at) =>
      element('g', { transform: `translate(0 ${at * CHART_HEIGHT})` }, chart(spec)),
    ),
  )}\n`
}

/** Each figure as a chart. */
export function flowCharts(flow: FlowDocument, table: Lanes): ChartSpec[] {
  return [
    cumulative(flow, table),
    burnUp(flow),
    {
      title: 'Throughput per week',
      labels: flow.throughput.map(({ week }) => week),
      series: [{ name: 'Done', color: 'c4', kind: 'bar', values: flow.throughput.map(({ done }) => done) }],
    },
    durations('Cycle time', flow.cycle_time),
    durations('Lead time', flow.lead_time),
    {
      title: 'Time in lane, half within and 85 of 100 within',
      labels: flow.time_in_lane.map(({ lane }) => laneName(lane)),
      unit: ' d',
      series: [
        {
          name: '85 %',
          color: 'c0',
          kind: 'bar',
          values: flow.time_in_lane.map(({ p85 }) => (p85 ?? 0) / DAY),
        },
        {
          name: '50 %',
          color: 'c1',
          kind: 'bar',
          values: flow.time_in_lane.map(({ p50 }) => (p50 ?? 0) / DAY),
        },
      ],
    },
    {
      title: 'Work in progress by actor',
      labels: flow.work_in_progress.map(({ actor }) => actor),
      series: [
        {
          name: 'Packages',
          color: 'c6',
          kind: 'bar',
          values: flow.work_in_progress.map(({ packages }) => packages.length),
        },
      ],
    },
  ]
}

/** Lanes on top of one another, the last of the workflow at the bottom. The highest sum is drawn first. */
function cumulative(
  { days, lanes, cumulative: counts }: FlowDocument,
  { initial, done, dropped }: Lanes,
): ChartSpec {
  const colors = laneColors(lanes, initial, done, dropped)
  const stacked: Series[] = []
  let below: readonly number[] = days.map(() => 0)
  for (const lane of [...lanes].reverse()) {
    below = below.map((sum, day) => sum + (counts[lane]?.[day] ?? 0))
    stacked.push({ name: laneName(lane), color: colors.get(lane) ?? 'c0', kind: 'area', values: below })
  }
  return { title: 'Cumulative flow', labels: days, series: stacked.reverse() }
}

function burnUp({ days, burn_up: { scope, done, forecast } }: FlowDocument): ChartSpec {
  const until = forecast === null ? '' : `: done by ${forecast.likely}, cautiously by ${forecast.cautious}`
  return {
    title: `Burn-up${until}`,
    labels: days,
    series: [
      { name: 'Done', color: 'c4', kind: 'area', values: done },
      { name: 'Wanted', color: 'c0', kind: 'line', values: scope },
    ],
  }
}

function durations(title: string, { items, p50, p85, p95 }: Durations): ChartSpec {
  const sorted = [...items].sort((a, b) => (a.finished_at < b.finished_at ? -1 : 1))
  const level = (name: string, color: string, value: number | null): Series => ({
    name,
    color,
    kind: 'dashed',
    values: sorted.map(() => (value === null ? null : value / DAY)),
  })
  return {
    title,
    labels: sorted.map(({ finished_at }) => finished_at.slice(0, 10)),
    unit: ' d',
    series: [
      { name: 'Packages', color: 'c1', kind: 'point', values: sorted.map(({ seconds }) => seconds / DAY) },
      level('50 %', 'c4', p50),
      level('85 %', 'c2', p85),
      level('95 %', 'c5', p95),
    ],
  }
}
