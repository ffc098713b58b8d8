import { TOKENS } from '../core/di/tokens.js'
import { around } from './around.js'

/** Runs the method with the write lock held and the index up to date; nested methods share the lock. */
export const Exclusive = around<object>('Exclusive', async (call, proceed) => {
  const store = await call.resolve(TOKENS.EventStore)
  return store.exclusively(call.name, proceed)
})
