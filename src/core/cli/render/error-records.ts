/** Error records: on a terminal, a line with the context and the full reason below it. */
import type { ErrorRecordDocument } from '../../projections/board-document.js'
import { symbolsOf, type Style } from '../style.js'
import { laneTitle } from './lane.js'
import { ink, span, type Line } from './line.js'
import { oneLine } from './strip-control.js'
import { renderTable, type Column } from './table.js'
import { wrap } from './text.js'
import { absoluteTime } from './time.js'

const INDENT = '    '
const NONE = span('-', 'faint')

const COLUMNS: readonly Column<ErrorRecordDocument>[] = [
  { title: 'time (UTC)', cell: (record) => span(absoluteTime(oneLine(record.timestamp))) },
  { title: 'type', cell: (record) => span(oneLine(record.error_type)) },
  { title: 'entity', cell: (record) => (record.entity_id === null ? NONE : span(oneLine(record.entity_id))) },
  { title: 'tried', cell: (record) => span(oneLine(record.attempted_operation)) },
  { title: 'reason', cell: (record) => span(oneLine(record.reason)) },
]

/** Output of `errors list` and `errors match`. Piped, each record is one line. */
export function renderErrors(records: readonly ErrorRecordDocument[], style: Style): string {
  if (records.length === 0) return 'No error is on record.'
  if (!style.terminal) return renderTable(COLUMNS, records, style)
  return ink(
    records.flatMap((record) => [heading(record, style), ...reason(record, style)]),
    style,
  )
}

function heading(record: ErrorRecordDocument, style: Style): Line {
  const { requested_status: to, actor } = record.context
  return [
    span(`${absoluteTime(oneLine(record.timestamp))}  `, 'faint'),
    span(oneLine(record.entity_id ?? ''), 'strong'),
    span(typeof to === 'string' ? ` ${symbolsOf(style).arrow} ${laneTitle(oneLine(to))}` : ''),
    span(`  ${oneLine(record.error_type)}`, 'bad'),
    span(typeof actor === 'string' ? `  ${oneLine(actor)}` : '', 'faint'),
  ]
}

function reason(record: ErrorRecordDocument, style: Style): Line[] {
  const lines = wrap(
    oneLine(record.reason),
    Math.max(1, style.width - INDENT.length),
    4,
    symbolsOf(style).ellipsis,
  )
  return lines.map((line) => [span(`${INDENT}${line}`)])
}
