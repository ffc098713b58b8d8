import { ErrorStorage } from '../core/errors/error-storage.js'
import { around, give } from './around.js'

/**
 * Gives the command `this.errorStorage`. It stays assigned after the method, so that the base class can record the
 * refusal there.
 */
export const WithErrorStorage = around<{ readonly errorStorage?: ErrorStorage }>(
  'WithErrorStorage',
  async (call, proceed) => {
    give(call.instance, 'errorStorage', await call.resolve(ErrorStorage))
    return proceed()
  },
)
