import { AfterEvents } from '../core/plugin/host/after-events.js'
import { EventStore } from '../core/store/event-store.js'
import { around, give } from './around.js'

/**
 * Gives the command `this.eventStore`, tells plugins which events it wrote, and closes the store, even after a failure.
 * A closed store opens again when something still queries it.
 */
export const WithEventStore = around<{ readonly eventStore: EventStore }>(
  'WithEventStore',
  async (call, proceed) => {
    const store = await call.resolve(EventStore)
    give(call.instance, 'eventStore', store)
    const afterEvents = await call.resolve(AfterEvents)
    try {
      await afterEvents.begin()
      return await proceed()
    } finally {
      try {
        if (store.written.size > 0) await afterEvents.run()
      } finally {
        await store.close(true)
      }
    }
  },
)
