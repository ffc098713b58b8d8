import { isHandover, isKittyEvent, isSameActor, type KittyEvent, type LogEvent } from '../../events-lib.js'
import type { ForeignDraft } from '../../store/event-store.js'
import { renumberKey } from '../../store/renumber-key.js'

type Creation = KittyEvent & { readonly event_type: 'WPCreated' }

/** The history of an ID that several packages have, told apart. */
export interface Handover {
  /** How the package that goes was created; undefined if the log has no event of its own. */
  readonly created: Creation | undefined
  /** What followed that creation alone, it included, in total order. */
  readonly moved: readonly LogEvent[]
  /** How the other packages of this ID were created, by file. */
  readonly others: readonly Creation[]
}

/**
 * Tells what belongs to the package of one file. An event belongs to it if it has seen that package's creation and no
 * other one; a gate, whose events name no package's, if its maker wrote on this package alone.
 * @param own events of the package's ID, in total order @param gates events of its gates
 * @param file the name of the file
 */
export function handoverOf(own: readonly LogEvent[], gates: readonly LogEvent[], file: string): Handover {
  const creations = own.filter(isCreation)
  const mine = creations.filter(({ payload }) => payload.file === file)
  const others = creations.filter(({ payload }) => payload.file !== file)
  const [saw, sawOther] = [seenBy(own, mine), seenBy(own, others)]
  const moved = own.filter(({ event_id }) => saw.has(event_id) && !sawOther.has(event_id))
  const rest = own.filter(({ event_id }) => sawOther.has(event_id) && !saw.has(event_id))
  return { created: mine[0], moved: [...moved, ...gatesOf(gates, moved, rest)], others }
}

function isCreation(event: LogEvent): event is Creation {
  return isKittyEvent(event) && event.event_type === 'WPCreated' && !isHandover(event)
}

/** IDs of these events and of all that have seen one of them. */
function seenBy(inOrder: readonly LogEvent[], first: readonly LogEvent[]): ReadonlySet<string> {
  const seen = new Set<string>(first.map(({ event_id }) => event_id))
  const from = Math.min(...first.map(({ lamport_clock }) => lamport_clock))
  for (const { event_id, lamport_clock, parents } of inOrder)
    // An event without parents has seen every smaller clock.
    if (parents === undefined ? lamport_clock > from : parents.some((parent) => seen.has(parent)))
      seen.add(event_id)
  return seen
}

function gatesOf(
  gates: readonly LogEvent[],
  moved: readonly LogEvent[],
  rest: readonly LogEvent[],
): LogEvent[] {
  const wrote = (events: readonly LogEvent[], actor: string): boolean =>
    events.some((event) => isSameActor(event.actor, actor))
  const made = gates.filter(({ event_type }) => event_type === 'GateCreated')
  const going = new Set(made.map(({ entity_id }) => entity_id))
  for (const { entity_id, actor } of made)
    if (!wrote(moved, actor) || wrote(rest, actor)) going.delete(entity_id)
  return gates.filter(({ entity_id }) => going.has(entity_id))
}

/** What is written under the new ID: the same events, by the same actors at the same times. */
export function underNewId(
  moved: readonly LogEvent[],
  place: { readonly from: string; readonly to: string; readonly file: string },
): ForeignDraft[] {
  const ids = new Map<string, string>(moved.map((event) => [event.event_id, renumberKey(event)]))
  const last = new Map<string, string>()
  return moved.map((event): ForeignDraft => {
    const { event_type, event_version, entity_type, timestamp, actor, correlation_id } = event
    const entity_id = renamed(event.entity_id, place)
    const before = last.get(entity_id)
    const after = event.parents?.flatMap((parent) => ids.get(parent) ?? []) ?? (before ? [before] : [])
    last.set(entity_id, renumberKey(event))
    return {
      event_type,
      event_version,
      entity_id,
      entity_type,
      timestamp,
      actor,
      causation_id: renumberKey(event),
      correlation_id,
      payload: payloadOf(event, ids, place),
      parents: [],
      after,
      refers: true,
    }
  })
}

function payloadOf(
  event: LogEvent,
  ids: ReadonlyMap<string, string>,
  place: { readonly from: string; readonly to: string; readonly file: string },
): ForeignDraft['payload'] {
  const { work_package_id, gate_id, ...rest } = event.payload as Record<string, unknown>
  const payload = JSON.parse(JSON.stringify(rest), (_, one: unknown) =>
    typeof one === 'string' ? (ids.get(one) ?? one) : one,
  ) as ForeignDraft['payload'] // casts: a payload is JSON and has the slug of its feature
  return {
    ...payload,
    ...(typeof work_package_id === 'string' && { work_package_id: place.to }),
    ...(typeof gate_id === 'string' && { gate_id: renamed(gate_id, place) }),
    ...(event.event_type === 'WPCreated' && { file: place.file }),
  }
}

/** `WP05` and its gates `WP05-CI_CHECK` under the new ID. */
function renamed(id: string, { from, to }: { readonly from: string; readonly to: string }): string {
  if (id === from) return to
  return id.startsWith(`${from}-`) ? `${to}${id.slice(from.length)}` : `${to}-${id}`
}
