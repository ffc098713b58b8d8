import { isKittyError } from '../../../src/core/errors/kitty-error.js'

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
