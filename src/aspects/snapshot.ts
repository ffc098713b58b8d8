import { TOKENS } from '../core/di/tokens.js'
import { around } from './around.js'

/**
 * Every read within the method answers as of the first: the log's files are looked at once, not once a question.
 * Not for what goes on for long, which would never see anything new.
 */
export const Snapshot = around<object>('Snapshot', async (call, proceed) => {
  const store = await call.resolve(TOKENS.EventStore)
  return store.snapshot(proceed)
})
