/** Lists of work packages, ready work, events and gates. */
import type {
  EventDocument,
  GateDocument,
  ReadyDocument,
  WorkPackageDocument,
} from '../../projections/board-document.js'
import type { OfferedDocument } from '../../services/board/list-work.js'
import { packageName } from '../../specs/work-package-id.js'
import type { Style } from '../style.js'
import { eventText } from './event-text.js'
import { laneTone } from './lane.js'
import { span, type Span } from './line.js'
import { oneLine } from './strip-control.js'
import { shownId } from './shown-id.js'
import { renderTable, type Column } from './table.js'
import { absoluteTime } from './time.js'

const NONE = span('-', 'faint')

const FEATURE: Column<WorkPackageDocument> = { title: 'feature', cell: (one) => span(oneLine(one.feature)) }
const WORK_PACKAGE: Column<WorkPackageDocument> = {
  title: 'id',
  cell: (one) => span(shownId(one), 'strong'),
}
const TITLE: Column<WorkPackageDocument> = { title: 'title', cell: (one) => span(oneLine(one.title)) }

const LIST_COLUMNS: readonly Column<WorkPackageDocument>[] = [
  WORK_PACKAGE,
  { title: 'lane', cell: (one) => span(oneLine(one.lane), laneTone(one.lane)) },
  {
    title: 'subtasks',
    cell: ({ subtasks }) => (subtasks.total === 0 ? NONE : span(`${subtasks.done}/${subtasks.total}`)),
  },
  { title: 'who', cell: (one) => (one.actor === null ? NONE : span(oneLine(one.actor))) },
  {
    title: 'blocked by',
    cell: (one) => (one.blocked_by.length === 0 ? NONE : span(oneLine(one.blocked_by.join(',')), 'bad')),
  },
  TITLE,
]

const NAME: Column<WorkPackageDocument> = {
  title: 'package',
  cell: (one) => span(oneLine(packageName(one.feature, shownId(one))), 'strong'),
}

/** Output of `list`. */
export function renderWork(rows: readonly WorkPackageDocument[], style: Style): string {
  if (rows.length === 0) return 'No work package matches.'
  return renderTable([NAME, ...LIST_COLUMNS.slice(1)], rows, style)
}

/** Output of `tasks list`. */
export function renderWorkPackages(rows: readonly WorkPackageDocument[], style: Style): string {
  if (rows.length === 0) return 'No work package matches.'
  return renderTable(withFeature(LIST_COLUMNS, rows, style), rows, style)
}

const NOTHING_READY =
  'Nothing is ready: every planned work package waits for another, or none is planned. Look with: kitty status'

const READY_COLUMNS: readonly Column<ReadyDocument>[] = [
  WORK_PACKAGE,
  {
    title: 'unblocks',
    cell: (one) => (one.unblocks.length === 0 ? NONE : span(oneLine(one.unblocks.join(',')), 'good')),
  },
  TITLE,
]

/** Output of `tasks ready`. */
export function renderReady(rows: readonly ReadyDocument[], style: Style): string {
  if (rows.length === 0) return NOTHING_READY
  return renderTable(withFeature(READY_COLUMNS, rows, style), rows, style)
}

const OFFERED_COLUMNS: readonly Column<OfferedDocument>[] = [
  NAME,
  { title: 'what', cell: whatToDo },
  ...READY_COLUMNS.slice(1),
]

function whatToDo({ why, lane, blocked_by }: OfferedDocument): Span {
  if (why !== 'decision') return span(why, laneTone(lane))
  return span(`needs a decision: waits for ${oneLine(blocked_by.join(', '))}`, 'warn')
}

/** Output of `ready`. */
export function renderOffered(rows: readonly OfferedDocument[], style: Style): string {
  if (rows.length === 0) return NOTHING_READY
  return renderTable(OFFERED_COLUMNS, rows, style)
}

/** Adds the feature column when it tells rows apart or a program reads them. */
function withFeature<Row extends WorkPackageDocument>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  style: Style,
): readonly Column<Row>[] {
  const one = rows.every((row) => row.feature === rows[0]?.feature)
  return style.terminal && one ? columns : [FEATURE, ...columns]
}

/** Fixed widths, since a long history is printed in parts. */
function eventColumns(style: Style): readonly Column<EventDocument>[] {
  return [
    { title: 'clock', width: 7, cell: (event) => span(String(event.lamport_clock), 'faint') },
    { title: 'event', width: 26, pipedOnly: true, cell: (event) => span(oneLine(event.event_id)) },
    {
      title: 'time (UTC)',
      width: 19,
      cell: (event) => span(absoluteTime(oneLine(event.timestamp)), 'faint'),
    },
    { title: 'feature', pipedOnly: true, cell: (event) => textOf(event.payload['feature_slug']) },
    { title: 'entity', width: 8, cell: (event) => span(oneLine(event.entity_id), 'strong') },
    { title: 'type', width: 17, pipedOnly: true, cell: (event) => span(oneLine(event.event_type)) },
    { title: 'who', width: 14, cell: (event) => span(oneLine(event.actor)) },
    { title: 'what', cell: (event) => span(eventText(event, style)) },
  ]
}

/** Output of `events list`, one part at a time; only the first has the heading. */
export function renderEvents(events: readonly EventDocument[], style: Style, heading: boolean): string {
  return renderTable(eventColumns(style), events, style, heading)
}

const GATE_COLUMNS: readonly Column<GateDocument>[] = [
  { title: 'feature', pipedOnly: true, cell: (gate) => span(oneLine(gate.feature)) },
  { title: 'gate', cell: (gate) => span(oneLine(gate.gate_id), 'strong') },
  { title: 'of', cell: (gate) => span(oneLine(gate.work_package)) },
  { title: 'type', cell: (gate) => span(oneLine(gate.gate_type)) },
  { title: 'status', cell: (gate) => span(oneLine(gate.status), gate.status === 'passed' ? 'good' : 'warn') },
]

/** Output of `gates list`. */
export function renderGates(gates: readonly GateDocument[], style: Style): string {
  if (gates.length === 0) return 'No gate has been added.'
  return renderTable(GATE_COLUMNS, gates, style)
}

function textOf(value: unknown) {
  return typeof value === 'string' && value !== '' ? span(oneLine(value)) : NONE
}
