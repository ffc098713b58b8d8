/** All details of one work package. */
import type {
  GateDocument,
  NoteDocument,
  WorkPackageDetailDocument,
} from '../../projections/board-document.js'
import { symbolsOf, type Style, type Tone } from '../style.js'
import { conflictLines } from './conflict-lines.js'
import { usageText } from './event-text.js'
import { historyLines } from './history.js'
import { laneActivity, laneTitle, laneTone } from './lane.js'
import { leaseFact } from './lease.js'
import { ink, span, type Line, paragraphs } from './line.js'
import { oneLine, stripControl } from './strip-control.js'
import { wrap } from './text.js'
import { relativeTime } from './time.js'

const LABEL = 12

/**
 * Output of `tasks show`.
 * @param now The reference for "3 minutes ago".
 */
export function renderWorkPackage(page: WorkPackageDetailDocument, now: Date, style: Style): string {
  return ink(workPackageLines(page, now, style), style)
}

/** The same page before it is colored, for a screen that scrolls. */
export function workPackageLines(page: WorkPackageDetailDocument, now: Date, style: Style): Line[] {
  const sections = [
    [...head(page), ...facts(page, now, style)],
    section(
      'Gates',
      page.gates_list.map((gate) => gateLine(gate, style)),
    ),
    section(
      'Notes',
      page.notes.flatMap((note) => noteLines(note, now, style)),
    ),
    conflictLines(page.conflicts, style),
    section('History', historyLines(page.history, now, style)),
  ]
  return paragraphs(sections)
}

export function head(page: WorkPackageDetailDocument): Line[] {
  return [
    [span(oneLine(page.work_package), 'strong'), span(` ${oneLine(page.title)}`)],
    [span(oneLine(page.feature), 'faint')],
    [],
  ]
}

export function facts(page: WorkPackageDetailDocument, now: Date, style: Style): Line[] {
  const { blocked, dot } = symbolsOf(style)
  const when = relativeTime(page.updated_at, now)
  const verb = laneActivity(page.lane) === 'working' ? 'by' : 'last by'
  const who = page.actor === null ? '' : `  ${verb} ${oneLine(page.actor)}`
  const { subtasks, gates, usage } = page
  const used = usage.tokens > 0 || usage.cost_usd_micros > 0 || usage.seconds > 0
  const lane: Line = [
    label('lane'),
    span(laneTitle(oneLine(page.lane)), laneTone(page.lane)),
    span(`${who}${when === '' ? '' : ` ${dot} ${when}`}`, 'faint'),
  ]
  return [
    lane,
    ...fact('lease', leaseFact(page.lease), page.lease?.ended === true ? 'warn' : undefined),
    ...fact('depends on', oneLine(page.dependencies.join(' '))),
    ...fact(
      'blocked',
      page.blocked_by.length === 0 ? '' : `${blocked} ${oneLine(page.blocked_by.join(' '))}`,
      'bad',
    ),
    ...fact('subtasks', subtasks.total === 0 ? '' : `${subtasks.done}/${subtasks.total} done`),
    ...fact('gates', gates.total === 0 ? '' : `${gates.passed}/${gates.total} passed`),
    ...fact('tags', oneLine(page.tags.join(' '))),
    ...fact('used', used ? usageText(usage.tokens, usage.cost_usd_micros, usage.seconds) : ''),
    ...fact('file', oneLine(page.file ?? '')),
    ...page.marks.flatMap(({ mark, text }) => fact(mark, oneLine(text), 'warn')),
  ]
}

export function fact(name: string, text: string, tone?: Tone): Line[] {
  return text === '' ? [] : [[label(name), span(text, tone)]]
}

function label(name: string) {
  return span(`${name} `.padEnd(LABEL), 'faint')
}

export function section(title: string, lines: readonly Line[]): Line[] {
  return lines.length === 0 ? [] : [[span(title, 'strong')], ...lines]
}

const GATE_TONES: Readonly<Record<string, Tone>> = { passed: 'good', failed: 'bad', pending: 'warn' }

export function gateLine(gate: GateDocument, style: Style): Line {
  const { done, dot, warning } = symbolsOf(style)
  const mark = gate.status === 'passed' ? done : gate.status === 'failed' ? warning : dot
  const tone = Object.hasOwn(GATE_TONES, gate.status) ? GATE_TONES[gate.status] : undefined
  return [
    span(`  ${mark} ${oneLine(gate.status)}  `, tone),
    span(oneLine(gate.gate_type)),
    span(`  ${oneLine(gate.gate_id)}`, 'faint'),
  ]
}

export function noteLines(note: NoteDocument, now: Date, style: Style): Line[] {
  const width = style.terminal ? style.width - 4 : Infinity
  const { ellipsis } = symbolsOf(style)
  const text = stripControl(note.text).replaceAll('\t', '  ')
  return [
    [span(`  ${oneLine(note.actor)}  ${relativeTime(note.timestamp, now)}`, 'faint')],
    ...text
      .split('\n')
      .flatMap((line) => wrap(line, width, Infinity, ellipsis).map((part): Line => [span(`    ${part}`)])),
  ]
}
