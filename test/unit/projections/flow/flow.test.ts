import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import {
  DEFAULT_WORKFLOW,
  type LogEvent,
  REVIEWED_WORKFLOW,
  type WorkflowTable,
} from '../../../../src/core/events-lib.js'
import { flow } from '../../../../src/core/projections/flow/flow.js'
import type { FlowDocument } from '../../../../src/core/projections/flow/flow-document.js'
import { forecast } from '../../../../src/core/projections/flow/forecast.js'
import { laneTimelines } from '../../../../src/core/projections/flow/lane-timeline.js'
import { tempFolder } from '../../../support/temp-folder.js'
import { sharedSpecsDir } from '../../specs/shared-specs.js'
import { created, eventsOf, moved, realEvents, textOf, wanderings } from './logs.js'

const INDEPENDENT = fileURLToPath(new URL('independent.py', import.meta.url))
const hasPython = spawnSync('python3', ['--version']).status === 0
if (!hasPython) process.stderr.write('skipped: flow against the independent script, for want of python3\n')
const SPECS = sharedSpecsDir()

function flowOf(events: readonly LogEvent[], table: WorkflowTable, now: string): FlowDocument {
  const timelines = laneTimelines(events, { table })
  return flow({ timelines, table, now: Date.parse(now), feature: null })
}

/** What the script and the program both say, in one shape. */
function comparable(document: FlowDocument): unknown {
  const summary = ({ count, p50, p85, p95 }: FlowDocument['cycle_time']): unknown => ({
    count,
    p50,
    p85,
    p95,
  })
  return {
    days: document.days,
    cumulative: document.cumulative,
    scope: document.burn_up.scope,
    done: document.burn_up.done,
    forecast: document.burn_up.forecast,
    cycle: summary(document.cycle_time),
    lead: summary(document.lead_time),
    throughput: document.throughput,
    held: Object.fromEntries(
      document.work_in_progress.map(({ actor, packages }) => [actor, packages.length]),
    ),
    stays: Object.fromEntries(document.time_in_lane.map(({ lane, ...stay }) => [lane, stay])),
  }
}

function independently(events: readonly LogEvent[], table: WorkflowTable, now: string): unknown {
  const folder = tempFolder()
  const [log, lanes] = [join(folder, 'log.jsonl'), join(folder, 'table.json')]
  writeFileSync(log, textOf(events))
  writeFileSync(lanes, JSON.stringify(table))
  const { stdout, stderr } = spawnSync('python3', [INDEPENDENT, log, lanes, now], { encoding: 'utf8' })
  expect(stderr).toBe('')
  return JSON.parse(stdout)
}

describe('the figures of flow', () => {
  const FEATURE = '001-demo'
  const events = eventsOf([
    created(FEATURE, 'WP01', '2026-11-02T09:00:00Z'),
    created(FEATURE, 'WP02', '2026-11-02T09:00:00Z'),
    created(FEATURE, 'WP03', '2026-11-02T09:00:00Z'),
    moved(FEATURE, 'WP01', 'planned', 'doing', '2026-11-03T09:00:00Z'),
    moved(FEATURE, 'WP01', 'doing', 'for_review', '2026-11-04T09:00:00Z'),
    moved(FEATURE, 'WP01', 'for_review', 'done', '2026-11-04T21:00:00Z', 'bob'),
    moved(FEATURE, 'WP02', 'planned', 'doing', '2026-11-10T09:00:00Z', 'bob'),
  ])
  const now = '2026-11-11T09:00:00Z'

  it('count a cycle from the first working lane and a lead from the first event', () => {
    const { cycle_time, lead_time } = flowOf(events, DEFAULT_WORKFLOW, now)
    expect(cycle_time).toMatchObject({ count: 1, p50: 36 * 3600, p95: 36 * 3600 })
    expect(lead_time).toMatchObject({ count: 1, p50: 60 * 3600 })
    expect(lead_time.items[0]).toMatchObject({
      work_package: 'WP01',
      finished_at: '2026-11-04T21:00:00.000Z',
    })
  })

  it('give the lanes at the end of each day, also of those on which nothing happened', () => {
    const { days, cumulative, burn_up } = flowOf(events, DEFAULT_WORKFLOW, now)
    expect([days[0], days.at(-1), days.length]).toEqual(['2026-11-02', '2026-11-11', 10])
    expect(cumulative).toMatchObject({
      planned: [3, 2, 2, 2, 2, 2, 2, 2, 1, 1],
      doing: [0, 1, 0, 0, 0, 0, 0, 0, 1, 1],
      done: [0, 0, 1, 1, 1, 1, 1, 1, 1, 1],
    })
    expect(burn_up.scope.at(-1)).toBe(3)
  })

  it('say who holds what, and how long packages stay', () => {
    const { work_in_progress, time_in_lane, throughput } = flowOf(events, DEFAULT_WORKFLOW, now)
    expect(work_in_progress).toEqual([
      {
        actor: 'bob',
        packages: [{ feature: FEATURE, work_package: 'WP02', since: '2026-11-10T09:00:00.000Z' }],
      },
    ])
    expect(time_in_lane.find(({ lane }) => lane === 'doing')).toMatchObject({
      open: 1,
      count: 2,
      p50: 86_400,
    })
    expect(throughput).toEqual([
      { week: '2026-11-02', done: 1 },
      { week: '2026-11-09', done: 0 },
    ])
  })

  it('take a package that was reopened for unfinished until it is done again', () => {
    const reopened = eventsOf([
      created(FEATURE, 'WP01', '2026-11-02T09:00:00Z'),
      moved(FEATURE, 'WP01', 'planned', 'doing', '2026-11-03T09:00:00Z'),
      moved(FEATURE, 'WP01', 'doing', 'done', '2026-11-04T09:00:00Z'),
      moved(FEATURE, 'WP01', 'done', 'doing', '2026-11-05T09:00:00Z'),
    ])
    expect(flowOf(reopened, DEFAULT_WORKFLOW, now)).toMatchObject({
      lead_time: { count: 0, p50: null },
      throughput: [{ done: 0 }, { done: 0 }],
    })
  })

  it('are empty, and no error, for a log without packages', () => {
    expect(flowOf([], DEFAULT_WORKFLOW, now)).toMatchObject({
      days: ['2026-11-11'],
      cycle_time: { count: 0, p50: null, items: [] },
      burn_up: { scope: [0], forecast: null },
      work_in_progress: [],
    })
  })

  it('go back five years at most, whatever a timestamp says', () => {
    const old = eventsOf([created(FEATURE, 'WP01', '1970-01-01T00:00:00Z')])
    const { days, cumulative } = flowOf(old, DEFAULT_WORKFLOW, now)
    expect(days).toHaveLength(1_827)
    expect(cumulative['planned']?.every((count) => count === 1)).toBe(true)
  })

  it.skipIf(!hasPython || SPECS === undefined)(
    'are those of the independent script on eleven real features',
    () => {
      const real = realEvents(SPECS ?? '')
      expect(real.length).toBeGreaterThan(180)
      const at = '2026-04-20T12:00:00Z'
      expect(comparable(flowOf(real, REVIEWED_WORKFLOW, at))).toEqual(
        independently(real, REVIEWED_WORKFLOW, at),
      )
    },
  )

  it.skipIf(!hasPython)('are those of the independent script on a year of wandering packages', () => {
    const at = '2026-11-11T12:00:00Z'
    for (const [table, seed] of [
      [DEFAULT_WORKFLOW, 7],
      [REVIEWED_WORKFLOW, 2026],
    ] as const) {
      const log = wanderings(table, seed)
      expect(comparable(flowOf(log, table, at))).toEqual(independently(log, table, at))
    }
  })
})

describe('a forecast', () => {
  const monday = Date.parse('2026-11-23T00:00:00Z')

  it('is one date where every week was the same', () => {
    expect(forecast([2, 2, 2], 6, monday)).toEqual({
      remaining: 6,
      weeks_sampled: 3,
      likely: '2026-12-14',
      cautious: '2026-12-14',
    })
  })

  it('spreads where weeks differ, the cautious date being the later one', () => {
    const { likely, cautious } = forecast([0, 4], 4, monday) ?? { likely: '', cautious: '' }
    expect([likely, cautious]).toEqual(['2026-11-30', '2026-12-14'])
  })

  it('is none where nothing remains, nothing was done, or ten years would not do', () => {
    expect(forecast([1], 0, monday)).toBeNull()
    expect(forecast([0, 0], 3, monday)).toBeNull()
    expect(forecast([], 3, monday)).toBeNull()
    expect(forecast([1], 600, monday)).toBeNull()
  })
})
