interface Linked {
  readonly event_id: string
  readonly causation_id: string | null
  readonly parents?: readonly string[]
}

/** The events name each other in a circle, so no order exists. */
export class CyclicDependencyError extends Error {
  override readonly name = 'CyclicDependencyError'

  /** @param ids of the events in, or behind, a circle, in input order */
  constructor(readonly ids: readonly string[]) {
    super(
      `No order exists: ${ids.length} events depend on each other in a circle, among them ${ids[0] ?? ''}.`,
    )
  }
}

/**
 * Causes before effects (Kahn's algorithm, first in, first out; roots in input order). Causes that are not
 * among the events are external and ignored.
 * @throws CyclicDependencyError
 */
export function topologicalSort<Event extends Linked>(
  events: readonly Event[],
  via: 'causation_id' | 'parents' = 'causation_id',
): Event[] {
  const present = new Set(events.map((event) => event.event_id))
  const effects = new Map<string, Event[]>()
  const waiting = new Map<Event, number>()
  for (const event of events) {
    const causes = causesOf(event, via).filter((id) => present.has(id))
    waiting.set(event, causes.length)
    for (const cause of causes) {
      const known = effects.get(cause)
      if (known === undefined) effects.set(cause, [event])
      else known.push(event)
    }
  }
  const sorted = events.filter((event) => waiting.get(event) === 0)
  // Grows during the walk: it is both Kahn's queue and the result.
  for (const event of sorted) {
    for (const effect of effects.get(event.event_id) ?? []) {
      const left = (waiting.get(effect) ?? 0) - 1
      waiting.set(effect, left)
      if (left === 0) sorted.push(effect)
    }
  }
  if (sorted.length < events.length) {
    const done = new Set(sorted)
    throw new CyclicDependencyError(events.filter((event) => !done.has(event)).map((event) => event.event_id))
  }
  return sorted
}

function causesOf(event: Linked, via: 'causation_id' | 'parents'): readonly string[] {
  if (via === 'parents') return event.parents ?? []
  return event.causation_id === null ? [] : [event.causation_id]
}
