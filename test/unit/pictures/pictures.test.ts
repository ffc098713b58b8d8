import { describe, expect, it } from 'vitest'
import { DEFAULT_WORKFLOW, type LogEvent } from '../../../src/core/events-lib.js'
import { boardPage } from '../../../src/core/pictures/board-page.js'
import { flowSvg } from '../../../src/core/pictures/flow-charts.js'
import { flowCsv } from '../../../src/core/pictures/flow-csv.js'
import { flow } from '../../../src/core/projections/flow/flow.js'
import type { FlowDocument } from '../../../src/core/projections/flow/flow-document.js'
import { laneTimelines } from '../../../src/core/projections/flow/lane-timeline.js'
import type { StatusDocument, WorkPackageDocument } from '../../../src/core/projections/board-document.js'
import { created, eventsOf, moved } from '../projections/flow/logs.js'

const HOSTILE = `<script>alert(1)</script>"'&\u0000]]>=1+1`

function flowOf(events: readonly LogEvent[]): FlowDocument {
  const timelines = laneTimelines(events, { table: DEFAULT_WORKFLOW })
  return flow({ timelines, table: DEFAULT_WORKFLOW, now: Date.parse('2026-11-11T09:00:00Z'), feature: null })
}

const SOME = flowOf(
  eventsOf([
    created('001-x', 'WP01', '2026-11-02T09:00:00Z'),
    created('001-x', 'WP02', '2026-11-02T09:00:00Z'),
    moved('001-x', 'WP01', 'planned', 'doing', '2026-11-03T09:00:00Z'),
    moved('001-x', 'WP01', 'doing', 'done', '2026-11-05T09:00:00Z'),
    moved('001-x', 'WP02', 'planned', 'doing', '2026-11-06T09:00:00Z', HOSTILE),
  ]),
)

/** Every element is closed in the order it was opened, and no text opens one. */
function isWellFormed(markup: string): boolean {
  const open: string[] = []
  for (const [, end, name = '', rest = ''] of markup.matchAll(
    /<(\/?)([a-zA-Z][\w]*)((?:[^<>"]|"[^"]*")*)>/g,
  )) {
    if (end === '/') {
      if (open.pop() !== name) return false
    } else if (!rest.endsWith('/') && name !== 'meta') open.push(name)
  }
  return open.length === 0
}

describe('the flow as a picture', () => {
  it('is a well-formed document with a chart per figure, without script and without network', () => {
    const svg = flowSvg(SOME, DEFAULT_WORKFLOW)
    expect(svg.match(/role="img"/g)).toHaveLength(7)
    expect(isWellFormed(svg)).toBe(true)
    expect(svg.replace('http://www.w3.org/2000/svg', '')).not.toMatch(/<script|https?:|onload|url\(/)
    expect(svg).not.toContain('NaN')
  })

  it('has no figures, and no NaN, for an empty log', () => {
    const svg = flowSvg(flowOf([]), DEFAULT_WORKFLOW)
    expect(svg).not.toMatch(/NaN|Infinity|undefined/)
  })
})

describe('the flow as lines', () => {
  it('has four columns in every line, and quotes what holds a quote', () => {
    const [head, ...rows] = flowCsv(SOME).trimEnd().split('\r\n')
    expect(head).toBe('figure,at,series,value')
    expect(rows).toContain('throughput,2026-11-02,done,1')
    expect(rows).toContain('cycle_time,,p50,172800')
    expect(rows.find((row) => row.startsWith('work_in_progress'))).toContain(`"<script>alert(1)</script>""'&`)
  })

  it('keeps a spreadsheet from taking a name for a formula', () => {
    const events = eventsOf([
      created('001-x', 'WP01', '2026-11-02T09:00:00Z'),
      moved('001-x', 'WP01', 'planned', 'doing', '2026-11-06T09:00:00Z', '=HYPERLINK("http://evil")'),
    ])
    expect(flowCsv(flowOf(events))).toContain(`"'=HYPERLINK(""http://evil"")"`)
  })
})

describe('the board as a page', () => {
  const card: WorkPackageDocument = {
    work_package: 'WP01',
    feature: '001-x',
    title: HOSTILE,
    lane: 'planned',
    dependencies: ['WP02'],
    blocked_by: [HOSTILE],
    tags: [HOSTILE],
    actor: HOSTILE,
    subtasks: { done: 1, total: 2 },
    gates: { passed: 0, total: 1 },
    updated_at: null,
    file: null,
    marks: [],
    priority: 2,
    lease: null,
  }
  const lanes = Object.fromEntries(
    DEFAULT_WORKFLOW.lanes.map((lane) => [lane, lane === 'planned' ? [card] : []]),
  )
  const progress = { done: 0, total: 1, percent: 0 }
  const board: StatusDocument = {
    features: [{ feature: '001-x', title: HOSTILE, lanes, progress, conflicts: [], archived: null }],
    not_compared: 0,
  }

  it('makes no markup of any text, and loads nothing', () => {
    const html = boardPage({ title: HOSTILE, board, flow: SOME, table: DEFAULT_WORKFLOW })
    expect(html).not.toContain('<script')
    expect(html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;')
    expect(html).not.toMatch(/(?:src|href)=|https?:/)
    expect(isWellFormed(html.replace('<!doctype html>', ''))).toBe(true)
  })
})
