/** Lists and details of conflicts. */
import type { ConflictDetailDocument, ConflictDocument } from '../../projections/board-document.js'
import { symbolsOf, type Style } from '../style.js'
import { conflictLines, ruleName, valueText } from './conflict-lines.js'
import { eventText } from './event-text.js'
import { ink, span, type Line, wholeSpan } from './line.js'
import { oneLine } from './strip-control.js'
import { renderTable, type Column } from './table.js'
import { absoluteTime } from './time.js'
import { toRun } from '../../errors/next-step.js'

interface Row {
  readonly conflict: ConflictDocument
  readonly write: ConflictDocument['events'][number]
}

const COLUMNS: readonly Column<Row>[] = [
  { title: 'feature', cell: ({ conflict }) => span(oneLine(conflict.feature)) },
  { title: 'entity', cell: ({ conflict }) => span(oneLine(conflict.entity_id)) },
  { title: 'register', cell: ({ conflict }) => span(oneLine(conflict.register)) },
  { title: 'state', cell: ({ conflict }) => span(conflict.open ? 'open' : 'settled') },
  { title: 'rule', cell: ({ conflict }) => span(oneLine(conflict.rule)) },
  { title: 'winner', cell: ({ conflict, write }) => span(write.event_id === conflict.winner ? 'yes' : 'no') },
  { title: 'event', cell: ({ write }) => span(oneLine(write.event_id)) },
  { title: 'who', cell: ({ write }) => span(oneLine(write.actor)) },
  { title: 'value', cell: ({ write }) => span(valueText(write.value)) },
]

/** Output of `conflicts list`: a page on a terminal, one line per write when piped. */
export function renderConflicts(conflicts: readonly ConflictDocument[], style: Style): string {
  if (conflicts.length === 0) return 'No open conflicts.'
  if (style.terminal) return ink(conflictLines(conflicts, style), style)
  const rows = conflicts.flatMap((conflict) => conflict.events.map((write) => ({ conflict, write })))
  return renderTable(COLUMNS, rows, style)
}

/** Output of `conflicts show`. */
export function renderConflictDetails(
  entity: string,
  conflicts: readonly ConflictDetailDocument[],
  style: Style,
): string {
  if (conflicts.length === 0) return `${oneLine(entity)} has no conflict, open or settled.`
  return ink(
    conflicts.flatMap((conflict, at) => [...(at === 0 ? [] : [[]]), ...detailLines(entity, conflict, style)]),
    style,
  )
}

function detailLines(entity: string, conflict: ConflictDetailDocument, style: Style): Line[] {
  const { dot } = symbolsOf(style)
  const state = conflict.open ? span('open', 'warn') : span('settled', 'good')
  return [
    [
      span(`${oneLine(conflict.entity_id)} ${oneLine(conflict.register)}`, 'strong'),
      span(` ${dot} `),
      state,
      span(` ${dot} ${ruleName(conflict.rule)}  `),
      span(oneLine(conflict.feature), 'faint'),
    ],
    ...conflict.events.flatMap((write) => writeLines(conflict, write, style)),
    ...(conflict.settled_by === null ? [] : [settledLine(conflict.settled_by, style)]),
    ...(conflict.open ? [hint(entity, conflict)] : []),
  ]
}

function writeLines(
  conflict: ConflictDetailDocument,
  write: ConflictDetailDocument['events'][number],
  style: Style,
): Line[] {
  const { done, dot } = symbolsOf(style)
  const wins = write.event_id === conflict.winner
  const when = `${absoluteTime(oneLine(write.timestamp))}, clock ${write.lamport_clock}`
  const seen =
    write.parents === null ? 'not said' : write.parents.length === 0 ? 'nothing' : write.parents.join(', ')
  return [
    [
      span(`  ${wins ? done : dot} `, wins ? 'good' : 'faint'),
      span(valueText(write.value), wins ? 'strong' : undefined),
      span(` by ${oneLine(write.actor)}  ${when}`),
      span(wins ? (conflict.open ? '  wins' : '  won') : '  kept in the log', 'faint'),
    ],
    [span(`      event ${oneLine(write.event_id)}`, 'faint')],
    [span(`      had seen ${oneLine(seen)}`, 'faint')],
  ]
}

function settledLine(event: NonNullable<ConflictDetailDocument['settled_by']>, style: Style): Line {
  const { arrow } = symbolsOf(style)
  return [
    span(`  ${arrow} `, 'good'),
    span(
      `settled by ${oneLine(event.actor)}  ${absoluteTime(oneLine(event.timestamp))}, clock ${event.lamport_clock}: `,
    ),
    span(eventText(event, style)),
    span(`  event ${oneLine(event.event_id)}`, 'faint'),
  ]
}

function hint(entity: string, { feature, winner }: ConflictDetailDocument): Line {
  const words = [
    'kitty',
    'agent',
    'conflicts',
    'resolve',
    entity,
    '--keep',
    winner ?? 'EVENT',
    '--feature',
    feature,
  ]
  return [wholeSpan(`  Decide${toRun(words)}`, 'faint')]
}
