import { createHash } from 'node:crypto'
import {
  type Conflict,
  contestedWrites,
  entityKey,
  isKittyEvent,
  type LogEvent,
  type RegisterWrite,
} from '../events-lib.js'
import { toRun } from '../errors/next-step.js'

/** How a conflict came out: an open one by its register's rule, a settled one by a later event. */
export interface ConflictResolution {
  readonly conflict: Conflict
  /** The write that has seen all sides; undefined while only the rule decides. */
  readonly settledBy: LogEvent | undefined
}

/**
 * Report at most this many one by one, and sum up the rest in one line, as after cloning a repository with a long
 * history.
 */
const MOST = 20
const MOST_VALUES = 4

/**
 * Identifies a conflict by its register and its writes, with separate keys for open and settled. A third writer makes
 * it a different conflict, since another write may win.
 */
export function conflictKey({ feature, entity_id, register, events, open }: Conflict): string {
  const parts = [
    feature,
    entity_id,
    register,
    open ? 'open' : 'settled',
    ...events.map((write) => write.event_id),
  ]
  return createHash('sha256').update(parts.join('\n')).digest('base64url')
}

/**
 * The first write of the register after a settled conflict's own writes; a write in that position has seen them all.
 */
export function settlerOf(conflict: Conflict, history: Iterable<LogEvent>): LogEvent | undefined {
  if (conflict.open) return undefined
  const members = new Set<string>(conflict.events.map((write) => write.event_id))
  let key: string | undefined
  for (const event of history) {
    if (members.has(event.event_id)) key = entityKey(event)
    else if (key === entityKey(event) && isAfter(event, conflict) && writeOf(event, conflict) !== undefined)
      return event
  }
  return undefined
}

function isAfter(event: LogEvent, { events }: Conflict): boolean {
  const last = events.at(-1)
  if (last === undefined) return false
  const later = event.lamport_clock - last.lamport_clock
  return later > 0 || (later === 0 && event.event_id > last.event_id)
}

function writeOf(event: LogEvent, { register }: Conflict): RegisterWrite | undefined {
  if (!isKittyEvent(event)) return undefined
  return contestedWrites(event).find((write) => write.register === register)
}

/** One sentence per resolution, for stderr. */
export function explanations(resolutions: readonly ConflictResolution[]): string[] {
  const said = resolutions.slice(0, MOST).map(explanation)
  const rest = resolutions.length - said.length
  return rest === 0 ? said : [...said, `and ${rest} more conflicts: kitty agent conflicts list`]
}

function explanation({ conflict, settledBy }: ConflictResolution): string {
  const where = `${conflict.entity_id} (${conflict.feature}) ${conflict.register}`
  if (settledBy !== undefined) {
    const values = conflict.events.slice(0, MOST_VALUES).map(writeText).join(', ')
    return plain(
      `${where}: ${values} were written at once; settled by ${settledBy.actor}: ${valueText(writeOf(settledBy, conflict)?.value)}`,
    )
  }
  const winner = conflict.events.find((write) => write.event_id === conflict.winner)
  const others = conflict.events.filter((write) => write !== winner)
  const named = others.slice(-MOST_VALUES).map(writeText).join(', ')
  const more = others.length > MOST_VALUES ? ` and ${others.length - MOST_VALUES} more` : ''
  const stands = winner === undefined ? 'one value' : writeText(winner)
  const rule = conflict.rule.replaceAll('_', ' ')
  return plain(
    `${where}: written at once; ${stands} stands (${rule}), ${named}${more} stays in the log. ` +
      `To decide${toRun(['kitty', 'agent', 'conflicts', 'show', conflict.entity_id, '--feature', conflict.feature])}`,
  )
}

function writeText(write: Conflict['events'][number]): string {
  return `${valueText(write.value)} by ${write.actor}`
}

function valueText(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value ?? null)
  return text.length > 80 ? `${text.slice(0, 79)}…` : text
}

/** Keeps the text on one line, whatever characters the log's actors contain. */
function plain(text: string): string {
  return text.replaceAll(/[\s\p{Cc}]+/gu, ' ')
}
