import { isKittyError, type KittyError } from '../../../src/core/errors/kitty-error.js'

/** The kind of the error that the work ends with, or `done`. */
export async function kindOf(work: Promise<unknown>): Promise<string> {
  try {
    await work
    return 'done'
  } catch (error) {
    if (!isKittyError(error)) throw error
    return error.kind
  }
}

/** The refusal that the work ends with. */
export async function refusalOf(work: Promise<unknown>): Promise<KittyError> {
  try {
    await work
  } catch (error) {
    if (isKittyError(error)) return error
    throw error
  }
  throw new Error('nothing was refused')
}
