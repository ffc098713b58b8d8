import { around, lend } from './around.js'
import { EventStore } from '../core/store/event-store.js'
import { AfterEvents } from '../core/plugin/host/after-events.js'

/** Hands the event store to the command for the length of the call, and closes it afterwards whatever happened. What it wrote is told to plugins. */
export const WithEventStore = around<{ readonly eventStore: EventStore }>(
  'WithEventStore',
  async (call, proceed) => {
    const store = await call.resolve(EventStore)
    const takeBack = lend(call.instance, 'eventStore', store)
    try {
      return await proceed()
    } finally {
      takeBack()
      try {
        if (store.written.size > 0) await (await call.resolve(AfterEvents)).run()
      } finally {
        await store.close(true)
      }
    }
  },
)
