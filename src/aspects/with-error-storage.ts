import { recordOf } from '../core/errors/error-record.js'
import { around, lend } from './around.js'
import { ErrorStorage } from '../core/errors/error-storage.js'

/** `agent tasks move-task`, as oclif names a command on its class. */
function operationOf(command: object): string | undefined {
  const id: unknown = Reflect.get(command, 'id')
  return typeof id === 'string' ? id.replaceAll(':', ' ') : undefined
}

/**
 * Hands the error storage to the command, records what the command was refused, and rethrows it unchanged.
 * Recording is best effort and never changes the outcome.
 */
export const WithErrorStorage = around<{ readonly errorStorage: ErrorStorage }>(
  'WithErrorStorage',
  async (call, proceed) => {
    const storage = await call.resolve(ErrorStorage)
    const takeBack = lend(call.instance, 'errorStorage', storage)
    try {
      return await proceed()
    } catch (error) {
      const record = recordOf(error, operationOf(call.instance) ?? call.name)
      if (record) storage.record(record)
      throw error
    } finally {
      takeBack()
    }
  },
)
