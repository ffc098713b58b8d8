import { isKittyError, type KittyError } from '../../src/core/errors/kitty-error.js'

/** Returns the KittyError that `act` throws; fails the test when it throws none. */
export function errorOf(act: () => unknown): KittyError {
  try {
    act()
  } catch (error) {
    if (isKittyError(error)) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

/** Like `errorOf`, for a rejected promise. */
export async function rejectionOf(promise: Promise<unknown>): Promise<KittyError> {
  try {
    await promise
  } catch (error) {
    if (isKittyError(error)) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

/** The texts of the error's next steps. */
export function stepsOf({ nextSteps }: KittyError): string[] {
  return nextSteps.map(({ text }) => text)
}
