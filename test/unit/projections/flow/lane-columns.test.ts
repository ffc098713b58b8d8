import { describe, expect, it } from 'vitest'
import { DEFAULT_WORKFLOW, type LogEvent, type MergeOptions } from '../../../../src/core/events-lib.js'
import { CHANGE_BYTES, laneColumns } from '../../../../src/core/projections/flow/lane-columns.js'
import { laneTimelines } from '../../../../src/core/projections/flow/lane-timeline.js'
import { replay } from '../../../../src/core/projections/replay.js'
import { note } from '../../../../src/core/plugin/testing/notes.js'
import { created, eventsOf, moved, wanderings } from './logs.js'

interface Head {
  readonly lanes: readonly string[]
  readonly packages: readonly (readonly [string, string])[]
  readonly count: number
}

/** Lanes at a clock, read from the bytes as docs/web.md describes them. */
function lanesAt(bytes: Uint8Array, clock: number): Record<string, string> {
  const view = Buffer.from(bytes)
  const length = view.readUInt32LE(0)
  const head = JSON.parse(view.subarray(4, 4 + length).toString()) as Head // The layout under test.
  const at = (column: number, row: number): number =>
    view.readUInt32LE(4 + length + (column * head.count + row) * 4)
  const lanes: Record<string, string> = {}
  let now = 0
  for (let row = 0; row < head.count; row += 1) {
    now += at(0, row)
    if (now > clock) break
    const place = at(2, row)
    lanes[head.packages[place >>> 8]!.join('/')] = head.lanes[place & 0xff]!
  }
  return lanes
}

/** What replaying the log up to that clock says. */
function replayedAt(events: readonly LogEvent[], clock: number, rules: MergeOptions): Record<string, string> {
  const { states } = replay(
    events.filter((event) => event.lamport_clock <= clock),
    rules,
  )
  return Object.fromEntries(
    states.map((state) => [`${state.feature_slug}/${state.work_package_id}`, state.lane]),
  )
}

function columnsOf(events: readonly LogEvent[], rules: MergeOptions): Uint8Array {
  return laneColumns(laneTimelines(events, rules), DEFAULT_WORKFLOW.lanes)
}

describe('lane changes as columns', () => {
  it('give at every clock the lanes that replaying the log up to it gives', () => {
    const rules = { table: DEFAULT_WORKFLOW }
    const events = wanderings(DEFAULT_WORKFLOW, 42)
    const bytes = columnsOf(events, rules)
    for (let clock = 0; clock <= events.length + 1; clock += 1)
      expect(lanesAt(bytes, clock), `at ${clock}`).toEqual(replayedAt(events, clock, rules))
  })

  it.each(['last_writer_wins', 'priority'] as const)(
    'give them for concurrent moves, by the rule %s',
    (statusRule) => {
      const rules = { table: DEFAULT_WORKFLOW, statusRule }
      const [first, review, reject, later] = eventsOf([
        created('001-x', 'WP01', '2026-11-02T09:00:00Z'),
        moved('001-x', 'WP01', 'planned', 'for_review', '2026-11-03T09:00:00Z'),
        moved('001-x', 'WP01', 'planned', 'doing', '2026-11-03T10:00:00Z', 'bob'),
        moved('001-x', 'WP01', 'doing', 'done', '2026-11-04T10:00:00Z', 'bob'),
      ])
      const [root] = [first!.event_id]
      const events: LogEvent[] = [
        { ...first!, parents: [] },
        { ...review!, parents: [root] },
        { ...reject!, parents: [root] },
        { ...later!, parents: [review!.event_id, reject!.event_id] },
      ]
      const bytes = columnsOf(events, rules)
      for (const clock of [0, 1, 2, 3, 4])
        expect(lanesAt(bytes, clock), `at ${clock}`).toEqual(replayedAt(events, clock, rules))
    },
  )

  it('show a package from its first event on, whatever that is', () => {
    const events = [note(5)]
    expect(lanesAt(columnsOf(events, {}), 4)).toEqual({})
    expect(lanesAt(columnsOf(events, {}), 5)).toEqual({ '001-login/WP01': 'planned' })
  })

  it('name a lane that the workflow has lost, after its own, and give it a number of its own', () => {
    const rules = { table: DEFAULT_WORKFLOW }
    const events = eventsOf([
      created('001-x', 'WP01', '2026-11-02T09:00:00Z'),
      moved('001-x', 'WP01', 'planned', 'baking', '2026-11-03T09:00:00Z'),
      moved('001-x', 'WP01', 'baking', 'done', '2026-11-04T09:00:00Z'),
    ])
    const bytes = columnsOf(events, rules)
    for (const clock of [1, 2, 3])
      expect(lanesAt(bytes, clock), `at ${clock}`).toEqual(replayedAt(events, clock, rules))
    expect(lanesAt(bytes, 2)).toEqual({ '001-x/WP01': 'baking' })
  })

  it('put lanes that have no number into one of their own, and no package into another', () => {
    const strange = Array.from({ length: 300 }, (_, at) => [`001-x`, `WP${at + 10}`, `lane${at}`] as const)
    const events = eventsOf(
      strange.flatMap(([feature, id, lane]) => [
        created(feature, id, '2026-11-02T09:00:00Z'),
        moved(feature, id, 'planned', lane, '2026-11-03T09:00:00Z'),
      ]),
    )
    const lanes = Object.values(lanesAt(columnsOf(events, {}), 600))
    expect(lanes).toHaveLength(300)
    expect(new Set(lanes).size).toBe(256 - DEFAULT_WORKFLOW.lanes.length)
    expect(lanes.filter((lane) => lane === 'other_lanes').length).toBeGreaterThan(40)
    expect(lanes.some((lane) => DEFAULT_WORKFLOW.lanes.includes(lane))).toBe(false)
  })

  it('take twelve bytes a change, none for a move that stays in its lane', () => {
    const events = eventsOf([
      created('001-x', 'WP01', '2026-11-02T09:00:00Z'),
      moved('001-x', 'WP01', 'planned', 'doing', '2026-11-03T09:00:00Z'),
      moved('001-x', 'WP01', 'doing', 'doing', '2026-11-04T09:00:00Z', 'bob'),
    ])
    const bytes = Buffer.from(columnsOf(events, {}))
    expect(CHANGE_BYTES).toBe(12)
    expect(bytes.length - 4 - bytes.readUInt32LE(0)).toBe(2 * CHANGE_BYTES)
  })

  it('hold a timestamp from before 1970, or of no time, as the earliest there is', () => {
    const [event] = eventsOf([created('001-x', 'WP01', '1969-01-01T00:00:00Z')])
    expect(lanesAt(columnsOf([event!], {}), 1)).toEqual({ '001-x/WP01': 'planned' })
  })
})
