import type { WorkflowTable } from '../events-lib.js'
import type {
  FeatureStatusDocument,
  StatusDocument,
  WorkPackageDocument,
} from '../projections/board-document.js'
import type { FlowDocument } from '../projections/flow/flow-document.js'
import { chart, CHART_HEIGHT, CHART_WIDTH } from './chart.js'
import { flowCharts } from './flow-charts.js'
import { element, escaped, laneName } from './markup.js'
import { laneColors, PICTURE_STYLE } from './picture-style.js'

export interface BoardPage {
  /** The repository's name. */
  readonly title: string
  readonly board: StatusDocument
  readonly flow: FlowDocument
  readonly table: Pick<WorkflowTable, 'lanes' | 'initial' | 'done' | 'dropped'>
}

const STYLE = `${PICTURE_STYLE}
* { box-sizing: border-box }
body { margin: 0; padding: 2rem clamp(1rem, 4vw, 4rem); background: var(--paper); color: var(--text); font: 15px/1.5 system-ui, -apple-system, 'Segoe UI', Roboto, 'Liberation Sans', sans-serif }
h1, h2, h3, p, ul { margin: 0; padding: 0 }
h2 { margin: 2rem 0 .75rem }
ul { list-style: none; display: grid; gap: .5rem }
small, time { color: var(--soft); font-size: .85em }
.lanes { display: grid; grid-auto-flow: column; grid-auto-columns: minmax(14rem, 1fr); gap: .75rem; overflow-x: auto }
.lane h3 { font-size: .95rem; margin-bottom: .5rem; border-bottom: 3px solid var(--lane) }
.lane li { padding: .5rem .7rem; border: 1px solid var(--line); border-radius: 8px; overflow-wrap: anywhere }
.note { color: var(--c5) }
${Array.from({ length: 8 }, (_, at) => `.lane.c${at} { --lane: var(--c${at}) }`).join('\n')}
svg { display: block; width: 100%; max-width: ${CHART_WIDTH}px; height: auto; margin-top: 1rem }
`

/** Board and flow as one HTML document: without script, without network, and with every text as text. */
export function boardPage({ title, board, flow, table }: BoardPage): string {
  const colors = laneColors(table.lanes, table.initial, table.done, table.dropped)
  const charts = flowCharts(flow, table).map((spec) =>
    element('svg', { viewBox: `0 0 ${CHART_WIDTH} ${CHART_HEIGHT}` }, chart(spec)),
  )
  const head = [
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<meta http-equiv="content-security-policy" content="default-src 'none'; style-src 'unsafe-inline'">`,
    '<meta name="color-scheme" content="light dark">',
    element('title', {}, escaped(title)),
    `<style>${STYLE}</style>`,
  ]
  const body = [
    element('h1', {}, escaped(title)),
    element('p', {}, element('small', {}, escaped(`As of ${flow.as_of.slice(0, 16).replace('T', ' ')} UTC`))),
    ...board.features.map((feature) => featureSection(feature, colors)),
    element('h2', {}, 'Flow'),
    ...charts,
  ]
  return `<!doctype html>\n<html lang="en"><head>${head.join('')}</head><body>${body.join('\n')}</body></html>\n`
}

function featureSection(feature: FeatureStatusDocument, colors: ReadonlyMap<string, string>): string {
  const { done, total, percent } = feature.progress
  const lanes = Object.entries(feature.lanes).map(([lane, cards]) =>
    element(
      'section',
      { class: `lane ${colors.get(lane) ?? 'c0'}` },
      element('h3', {}, `${escaped(laneName(lane))} <small>${cards.length}</small>`),
      element('ul', {}, ...cards.map(card)),
    ),
  )
  return element(
    'section',
    {},
    element('h2', {}, `${escaped(feature.title)} <small>${done} of ${total}, ${percent} %</small>`),
    element('div', { class: 'lanes' }, ...lanes),
  )
}

function card(one: WorkPackageDocument): string {
  const facts = [
    one.actor ?? '',
    one.subtasks.total > 0 ? `${one.subtasks.done} of ${one.subtasks.total} subtasks` : '',
    one.gates.total > 0 ? `${one.gates.passed} of ${one.gates.total} gates` : '',
    one.tags.join(', '),
  ].filter((fact) => fact !== '')
  const waits =
    one.blocked_by.length === 0
      ? ''
      : element('p', { class: 'note' }, escaped(`waits for ${one.blocked_by.join(', ')}`))
  return element(
    'li',
    {},
    `<b>${escaped(one.work_package)}</b> ${escaped(one.title)}`,
    waits,
    facts.length === 0 ? '' : element('p', {}, element('small', {}, escaped(facts.join(' · ')))),
  )
}
