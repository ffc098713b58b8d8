import type { LogEvent } from '../events-lib.js'
import type { EventFilter } from '../index/event-index.js'
import type { EventStore } from '../store/event-store.js'

/** A view of the log: a pure fold over events in causal order. */
export interface Projection<State> {
  /** Lowercase letters, digits and dashes. */
  readonly name: string
  initial(): State
  /** Returns the state after one more event. Pure: changes neither the state nor the event. */
  apply(state: State, event: LogEvent): State
}

export function defineProjection<State>(projection: Projection<State>): Projection<State> {
  return projection
}

/** Computes the view from the log as it is now, a few thousand events at a time. */
export async function project<State>(
  store: EventStore,
  projection: Projection<State>,
  filter: EventFilter = {},
): Promise<State> {
  let state = projection.initial()
  for await (const events of store.stream(filter))
    for (const event of events) state = projection.apply(state, event)
  return state
}
