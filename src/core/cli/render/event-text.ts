/** Describes what an event did in a few words. */
import type { EventDocument } from '../../projections/board-document.js'
import { symbolsOf, type Style } from '../style.js'
import { laneTitle } from './lane.js'
import { oneLine } from './strip-control.js'
import { counted } from '../../errors/counted.js'

type Payload = EventDocument['payload']

const TEXTS: Readonly<Record<string, (payload: Payload, style: Style) => string>> = {
  SpecCreated: (payload) => `feature made: ${word(payload['title'])}`,
  WPCreated: (payload) => `made: ${word(payload['title'])}`,
  WPStatusChanged: moved,
  WorkspaceCreated: (payload) =>
    `worktree ${word(payload['worktree_path'])} on branch ${word(payload['branch_name'])}`,
  SubtaskCompleted: (payload) =>
    `${word(payload['subtask_id'])} ${payload['done'] === false ? 'reopened' : 'done'}`,
  GateCreated: (payload) => `gate ${word(payload['gate_id'])} added (${word(payload['gate_type'])})`,
  GateResultChanged: (payload) =>
    `gate ${word(payload['gate_id'])} ${word(payload['new_status'])}${after(detailsOf(payload['result_data']))}`,
  TagsChanged: (payload) => tags(payload),
  UsageRecorded: (payload) => usageText(payload['tokens'], payload['cost_usd_micros'], payload['seconds']),
  WPChanged: (payload) => `definition changed: ${changedIn(payload)}`,
  FeatureArchived: () => 'feature archived',
  FeatureRestored: () => 'feature restored',
  NoteRetracted: () => 'note taken back',
  NoteAdded: (payload) => `note: ${word(payload['text'])}`,
}

function changedIn(payload: Payload): string {
  const registers = ['title', 'priority', 'dependencies', 'subtasks']
  return registers
    .filter((register) => payload[register] !== undefined && payload[register] !== null)
    .join(', ')
}

/** One line without control characters, of any length; unknown types are shown by name. */
export function eventText(event: EventDocument, style: Style): string {
  const text = Object.hasOwn(TEXTS, event.event_type) ? TEXTS[event.event_type] : undefined
  const { redacted } = event.payload
  // Nothing but the reason is left of what was redacted.
  if (text !== undefined && typeof redacted === 'string')
    return oneLine(`${event.event_type} redacted${after(redacted)}`)
  return oneLine(text === undefined ? event.event_type : text(event.payload, style))
}

/** `1200 tokens, $0.012, 65 s`, without the parts that are missing. */
export function usageText(tokens: unknown, costMicros: unknown, seconds: unknown): string {
  const parts = [
    amount(tokens) > 0 ? counted(amount(tokens), 'token') : '',
    amount(costMicros) > 0
      ? `$${(amount(costMicros) / 1e6).toFixed(amount(costMicros) < 10_000 ? 6 : 2)}`
      : '',
    amount(seconds) > 0 ? `${amount(seconds)} s` : '',
  ].filter((part) => part !== '')
  return parts.length === 0 ? 'nothing used' : parts.join(', ')
}

function moved(payload: Payload, style: Style): string {
  const lanes = `${laneTitle(word(payload['old_status']))} ${symbolsOf(style).arrow} ${laneTitle(word(payload['new_status']))}`
  const rules = list(payload['gate_results']).flatMap(overruledRule)
  const over = rules.length === 0 ? '' : ` over ${rules.join(', ')}`
  const forced = payload['force'] === true ? ` by force${over}` : ''
  return lanes + forced + after(payload['reason'])
}

/** A forced move lists the rules it overruled among its gate results. */
function overruledRule(report: unknown): string[] {
  const isOverruled = hasKey(report, 'status') && report.status === 'overruled' && hasKey(report, 'gate_type')
  return isOverruled ? [word(report.gate_type)] : []
}

function detailsOf(result: unknown): unknown {
  return hasKey(result, 'details') ? result.details : undefined
}

function after(text: unknown): string {
  return typeof text === 'string' && text !== '' ? `: ${text}` : ''
}

function hasKey<Key extends string>(value: unknown, key: Key): value is Record<Key, unknown> {
  return typeof value === 'object' && value !== null && key in value
}

function tags(payload: Payload): string {
  const added = list(payload['added']).map((tag) => `+${word(tag)}`)
  const removed = list(payload['removed']).map((entry) => {
    return `-${word(hasKey(entry, 'tag') ? entry.tag : entry)}`
  })
  return `tags ${[...added, ...removed].join(' ')}`
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

function amount(value: unknown): number {
  return typeof value === 'number' ? value : 0
}

function word(value: unknown): string {
  return typeof value === 'string'
    ? value
    : value === undefined || value === null
      ? '?'
      : JSON.stringify(value)
}
