import { isKittyError } from '../errors/kitty-error.js'
import { GitRefusal } from './git.js'

/** Git's answer. Undefined if git could not give one, as about HEAD before the first commit. */
export function answered<T>(question: () => T): T | undefined {
  try {
    return question()
  } catch (error) {
    if (error instanceof GitRefusal || isKittyError(error)) return undefined
    throw error
  }
}
