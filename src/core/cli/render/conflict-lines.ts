/** Conflicting concurrent changes: both values, their authors, the winner and the rule. */
import type { ConflictDocument, ConflictingEventDocument } from '../../projections/board-document.js'
import { symbolsOf, type Style } from '../style.js'
import { span, type Line } from './line.js'
import { oneLine } from './strip-control.js'
import { absoluteTime } from './time.js'

/** A heading and one line per value of each conflict; empty without conflicts. */
export function conflictLines(conflicts: readonly ConflictDocument[], style: Style): Line[] {
  if (conflicts.length === 0) return []
  return [[span('Conflicts', 'warn')], ...conflicts.flatMap((conflict) => linesOf(conflict, style))]
}

function linesOf(conflict: ConflictDocument, style: Style): Line[] {
  const { warning, dot } = symbolsOf(style)
  const state = `${oneLine(conflict.register)} ${dot} ${conflict.open ? 'open' : 'settled'} ${dot} ${ruleName(conflict.rule)}`
  return [
    [
      span(`  ${warning} `, 'warn'),
      span(oneLine(conflict.entity_id), 'strong'),
      span(` ${state}`),
      span(`  ${oneLine(conflict.feature)}`, 'faint'),
    ],
    ...conflict.events.map((event) => valueLine(conflict, event, style)),
  ]
}

/** `last_writer_wins` → "last writer wins". */
export function ruleName(rule: string): string {
  return oneLine(rule).replaceAll('_', ' ')
}

function valueLine(conflict: ConflictDocument, event: ConflictingEventDocument, style: Style): Line {
  const { done, dot } = symbolsOf(style)
  const wins = event.event_id === conflict.winner
  const text = `${valueText(event.value)} by ${oneLine(event.actor)}  ${absoluteTime(oneLine(event.timestamp))}`
  return [
    span(`      ${wins ? done : dot} `, wins ? 'good' : 'faint'),
    span(text, wins ? undefined : 'faint'),
    span(wins ? '  wins' : '  kept in the log', 'faint'),
  ]
}

/** A register's value as text: strings unchanged, anything else as JSON. */
export function valueText(value: unknown): string {
  return oneLine(typeof value === 'string' ? value : JSON.stringify(value ?? null))
}
