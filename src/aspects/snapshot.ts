import type { EventStore } from '../core/store/event-store.js'
import { around } from './around.js'

/**
 * All reads in the method share one snapshot: we check the log's files once, not once per query. Goes inside
 * `@WithEventStore`. Don't use it on long-running methods: they would never see new events.
 */
export const Snapshot = around<{ readonly eventStore: EventStore }>('Snapshot', async (call, proceed) =>
  call.instance.eventStore.snapshot(proceed),
)
