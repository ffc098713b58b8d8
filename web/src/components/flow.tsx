import { h, type ComponentChildren } from 'preact'
import type { FlowDocument } from '../../../src/core/projections/flow/flow-document.js'
import { duration, featureName, laneName, plural } from '../format.js'
import type { About } from '../state/documents.js'
import { read } from '../state/server.js'
import { useStore } from '../state/store.js'
import { burnUp, cumulative, durations, throughput } from './chart-data.js'
import { Chart, type ChartData } from './chart.js'
import { hueOf } from '../format.js'
import { laneColor } from './lane-colors.js'
import { Table } from './table.js'
import { useRead } from './use-read.js'

/** Several rows that change together are one reason to ask. */
const CHANGES_MS = 500

/** How work flows. The server has computed every figure; each has a table and a CSV. */
export function FlowView({ about }: { about: About }): h.JSX.Element {
  const feature = useStore(({ place }) => place.feature)
  const packages = useStore((state) => state.packages)
  const { answer: flow, failure } = useRead(
    () => read<FlowDocument>('flow', feature === '' ? {} : { feature }),
    [feature, packages],
    (last) => (last?.feature === (feature || null) ? CHANGES_MS : 0),
  )
  // The figures of another feature are no answer.
  if (flow === undefined || flow.feature !== (feature || null))
    return <main class="empty">{failure === undefined ? 'Loading …' : failure.message}</main>
  return (
    <main class="flow">
      <h1>
        Flow <small>{feature === '' ? 'all features' : featureName(feature)}</small>
      </h1>
      <Figures flow={flow} />
      <div class="charts">
        <Figure title="Cumulative flow" data={cumulative(flow, (lane) => laneColor(about, lane))} />
        <Figure title="Burn-up" data={burnUp(flow)}>
          <Forecast flow={flow} />
        </Figure>
        <Figure title="Throughput per week" data={throughput(flow)} />
        <Figure title="Cycle time" data={durations(flow.cycle_time, 'Cycle time')} />
        <Figure title="Lead time" data={durations(flow.lead_time, 'Lead time')} />
        <InLanes flow={flow} about={about} />
        <Loads flow={flow} />
      </div>
    </main>
  )
}

function Figures({
  flow: { burn_up, cycle_time, lead_time, throughput: weeks },
}: {
  flow: FlowDocument
}): h.JSX.Element {
  const recent = weeks.slice(-5, -1)
  const pace = recent.reduce((sum, { done }) => sum + done, 0) / Math.max(1, recent.length)
  const figures = [
    ['Done', `${burn_up.done.at(-1) ?? 0} of ${burn_up.scope.at(-1) ?? 0}`],
    ['Cycle time, half within', duration(cycle_time.p50)],
    ['Lead time, half within', duration(lead_time.p50)],
    ['A week, of the last four', pace.toFixed(1)],
    ['Likely done by', burn_up.forecast?.likely ?? '–'],
  ]
  return (
    <dl class="figures">
      {figures.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}

function Figure({
  title,
  data,
  children,
}: {
  title: string
  data: ChartData
  children?: ComponentChildren
}): h.JSX.Element {
  return (
    <figure>
      <figcaption>{title}</figcaption>
      {data.x.length === 0 ? <p class="none">Nothing to show yet.</p> : <Chart title={title} data={data} />}
      {children}
      <Table title={title} head={data.table.head} rows={data.table.rows} />
    </figure>
  )
}

function Forecast({ flow: { burn_up } }: { flow: FlowDocument }): h.JSX.Element {
  const { forecast } = burn_up
  if (forecast === null) return <p>No forecast: nothing remains, or too little was done to draw from.</p>
  const { remaining, weeks_sampled, likely, cautious } = forecast
  return (
    <p>
      {plural(remaining, 'package')} left: done by <b>{likely}</b> in half of the cases, by <b>{cautious}</b>{' '}
      in 85 of 100, if the coming weeks go like the last {weeks_sampled}.
    </p>
  )
}

function InLanes({ flow, about }: { flow: FlowDocument; about: About }): h.JSX.Element {
  const most = Math.max(1, ...flow.time_in_lane.map(({ p85 }) => p85 ?? 0))
  return (
    <figure>
      <figcaption>Time in lane</figcaption>
      <ul class="bars">
        {flow.time_in_lane.map(({ lane, p50, p85 }) => (
          <li key={lane}>
            <span>{laneName(lane)}</span>
            <meter class="hidden" min={0} max={most} value={p85 ?? 0} aria-label={laneName(lane)} />
            <i style={{ '--part': `${(100 * (p85 ?? 0)) / most}%`, '--lane': laneColor(about, lane) }} />
            <b>
              {duration(p50)} <small>85 %: {duration(p85)}</small>
            </b>
          </li>
        ))}
      </ul>
      <Table
        title="Time in lane"
        head={['Lane', 'Visits', 'There now', 'Seconds', '50 %', '85 %', '95 %']}
        rows={flow.time_in_lane.map(({ lane, count, open, seconds, p50, p85, p95 }) => [
          lane,
          count,
          open,
          seconds,
          p50,
          p85,
          p95,
        ])}
      />
    </figure>
  )
}

function Loads({ flow: { work_in_progress } }: { flow: FlowDocument }): h.JSX.Element {
  const most = Math.max(1, ...work_in_progress.map(({ packages }) => packages.length))
  return (
    <figure>
      <figcaption>Work in progress by actor</figcaption>
      {work_in_progress.length === 0 && <p class="none">No one holds a package in a working lane.</p>}
      <ul class="bars">
        {work_in_progress.map(({ actor, packages }) => (
          <li key={actor}>
            <span>{actor}</span>
            <i
              style={{
                '--part': `${(100 * packages.length) / most}%`,
                '--lane': `oklch(0.62 0.1 ${hueOf(actor)})`,
              }}
            />
            <b>{packages.length}</b>
          </li>
        ))}
      </ul>
      <Table
        title="Work in progress by actor"
        head={['Actor', 'Feature', 'Package', 'Since']}
        rows={work_in_progress.flatMap(({ actor, packages }) =>
          packages.map((one) => [actor, one.feature, one.work_package, one.since]),
        )}
      />
    </figure>
  )
}
