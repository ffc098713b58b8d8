/** What an event did, in a few words. */
import type { EventDocument } from '../../projections/board-document.js'
import { symbolsOf, type Style } from '../style.js'
import { laneTitle } from './lane.js'
import { oneLine } from './strip-control.js'

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
  GateResultChanged: (payload) => `gate ${word(payload['gate_id'])} ${word(payload['new_status'])}`,
  TagsChanged: (payload) => tags(payload),
  UsageRecorded: (payload) => usageText(payload['tokens'], payload['cost_usd_micros'], payload['seconds']),
  NoteAdded: (payload) => `note: ${word(payload['text'])}`,
}

/** One line without control characters, of any length; an unknown type by its name. */
export function eventText(event: EventDocument, style: Style): string {
  const text = Object.hasOwn(TEXTS, event.event_type) ? TEXTS[event.event_type] : undefined
  return oneLine(text === undefined ? event.event_type : text(event.payload, style))
}

/** `1200 tokens, $0.012, 65 s`: what there is of it. */
export function usageText(tokens: unknown, costMicros: unknown, seconds: unknown): string {
  const parts = [
    amount(tokens) > 0 ? `${amount(tokens)} tokens` : '',
    amount(costMicros) > 0
      ? `$${(amount(costMicros) / 1e6).toFixed(amount(costMicros) < 10_000 ? 6 : 2)}`
      : '',
    amount(seconds) > 0 ? `${amount(seconds)} s` : '',
  ].filter((part) => part !== '')
  return parts.length === 0 ? 'nothing used' : parts.join(', ')
}

function moved(payload: Payload, style: Style): string {
  const lanes = `${laneTitle(word(payload['old_status']))} ${symbolsOf(style).arrow} ${laneTitle(word(payload['new_status']))}`
  const forced = payload['force'] === true ? ' by force' : ''
  const reason =
    typeof payload['reason'] === 'string' && payload['reason'] !== '' ? `: ${payload['reason']}` : ''
  return lanes + forced + reason
}

function tags(payload: Payload): string {
  const added = list(payload['added']).map((tag) => `+${word(tag)}`)
  const removed = list(payload['removed']).map((entry) => {
    const tag = typeof entry === 'object' && entry !== null && 'tag' in entry ? entry.tag : entry
    return `-${word(tag)}`
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
