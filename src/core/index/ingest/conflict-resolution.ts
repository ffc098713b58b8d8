import { createHash } from 'node:crypto'
import {
  compareEvents,
  type Conflict,
  contestedWrites,
  entityKey,
  isKittyEvent,
  type LogEvent,
  type RegisterWrite,
} from '../../events-lib.js'
import { counted } from '../../errors/counted.js'
import { toRun } from '../../errors/next-step.js'

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
  return last !== undefined && compareEvents(event, last) > 0
}

function writeOf(event: LogEvent, { register }: Conflict): RegisterWrite | undefined {
  if (!isKittyEvent(event)) return undefined
  return contestedWrites(event).find((write) => write.register === register)
}

/** One message per resolution, for stderr. */
export function explanations(resolutions: readonly ConflictResolution[]): string[] {
  const said = resolutions.slice(0, MOST).map(explanation)
  const rest = resolutions.length - said.length
  return rest === 0 ? said : [...said, `And ${counted(rest, 'more conflict')}: kitty agent conflicts list`]
}

function explanation({ conflict, settledBy }: ConflictResolution): string {
  const { entity_id, feature, register, events } = conflict
  const count = events.length === 2 ? 'two' : String(events.length)
  const what = `${entity_id} (${feature}): ${count} concurrent ${register} changes, ${writesText(events)}`
  if (settledBy !== undefined) {
    const value = valueText(writeOf(settledBy, conflict)?.value)
    return plain(`${what}, settled by ${settledBy.actor}: ${value}.`)
  }
  const show = toRun(['kitty', 'agent', 'conflicts', 'show', entity_id, '--feature', feature])
  return plain(`${what}. ${winnerText(conflict)}. To choose yourself${show}`)
}

/** The last values in total order; the winner has a sentence of its own. */
function writesText(events: Conflict['events']): string {
  const named = events.slice(-MOST_VALUES).map(writeText)
  if (events.length > named.length) return `${named.join(', ')} and ${events.length - named.length} more`
  return `${named.slice(0, -1).join(', ')} and ${named.at(-1) ?? ''}`
}

/** "for_review wins (last writer)"; names the actor where two wrote the same value. */
function winnerText({ events, winner, rule }: Conflict): string {
  const write = events.find(({ event_id }) => event_id === winner)
  if (write === undefined) return 'One of them wins'
  const value = valueText(write.value)
  const isDistinct = events.filter((other) => valueText(other.value) === value).length === 1
  const why = rule === 'last_writer_wins' ? 'last writer' : rule
  return `${isDistinct ? value : writeText(write)} wins (${why})`
}

function writeText(write: Conflict['events'][number]): string {
  return `${valueText(write.value)} (${write.actor})`
}

function valueText(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value ?? null)
  return text.length > 80 ? `${text.slice(0, 79)}…` : text
}

/** Keeps the text on one line, whatever characters the log's actors contain. */
function plain(text: string): string {
  return text.replaceAll(/[\s\p{Cc}]+/gu, ' ')
}
