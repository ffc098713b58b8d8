import { ErrorStorage } from '../core/errors/error-storage.js'
import { around, give } from './around.js'

/**
 * Gives the command `this.errorStorage`. The base class keeps a record there of what the command was refused, and it
 * stays given until then.
 */
export const WithErrorStorage = around<{ readonly errorStorage?: ErrorStorage }>(
  'WithErrorStorage',
  async (call, proceed) => {
    give(call.instance, 'errorStorage', await call.resolve(ErrorStorage))
    return proceed()
  },
)
