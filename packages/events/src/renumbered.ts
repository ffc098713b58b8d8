import { isKittyEvent, type KittyEvent, type LogEvent } from './event.js'

/** True for a creation that hands events over to another package. */
export function isHandover(event: LogEvent): event is KittyEvent & { event_type: 'WPCreated' } {
  return isKittyEvent(event) && event.event_type === 'WPCreated' && Boolean(event.payload.renumbered)
}

/**
 * The events of one package without those that another package, which once had the same id, took along to its own. Only
 * an event with a smaller clock can be handed over.
 * @param own of one package and its gates
 */
export function withoutRenumbered<Event extends LogEvent>(own: readonly Event[]): readonly Event[] {
  const taken = new Map<string, number>()
  for (const event of own) {
    if (!isHandover(event)) continue
    for (const id of event.payload.renumbered?.events ?? [])
      taken.set(id, Math.max(taken.get(id) ?? 0, event.lamport_clock))
  }
  if (taken.size === 0) return own
  return own.filter(({ event_id, lamport_clock }) => lamport_clock >= (taken.get(event_id) ?? 0))
}
