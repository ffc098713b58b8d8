import type { EventStore } from '../core/store/event-store.js'
import { around } from './around.js'

/** Runs the method with the write lock of `this.store` held and the index up to date; nested methods share the lock. */
export const Exclusive = around<{ readonly store: EventStore }>('Exclusive', async (call, proceed) =>
  call.instance.store.exclusively(call.name, proceed),
)
