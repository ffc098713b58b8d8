import { AfterEvents } from '../core/plugin/host/after-events.js'
import { EventStore } from '../core/store/event-store.js'
import { around, give } from './around.js'

/**
 * Gives the command `this.eventStore`, tells plugins what it wrote, and closes the store, whatever happened. A closed
 * store opens again for whoever still asks it.
 */
export const WithEventStore = around<{ readonly eventStore: EventStore }>(
  'WithEventStore',
  async (call, proceed) => {
    const store = await call.resolve(EventStore)
    give(call.instance, 'eventStore', store)
    try {
      return await proceed()
    } finally {
      try {
        if (store.written.size > 0) await (await call.resolve(AfterEvents)).run()
      } finally {
        await store.close(true)
      }
    }
  },
)
