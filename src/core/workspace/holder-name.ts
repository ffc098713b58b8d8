import { KittyError } from '../errors/kitty-error.js'
import { replaceHidden } from '../errors/invisible.js'

/** As long as a payload may hold. */
const MAX_LENGTH = 200

/**
 * The name of an actor or a session in Unicode's composed form (NFC), without blanks around it: one name is one holder
 * however it was typed.
 * @param source where the name comes from, for the message
 * @throws KittyError UsageError if the name is empty, longer than 200 characters or has control or invisible
 * characters.
 */
export function checkedName(
  name: string,
  source: string,
  what: 'actor' | 'session',
  nextSteps: readonly string[],
): string {
  const kept = name.trim().normalize()
  const problem = problemOf(name, kept)
  if (problem === undefined) return kept
  throw new KittyError('UsageError', `${source} gives no usable ${what}: the name ${problem}.`, {
    nextSteps,
    context: { source, problem },
  })
}

/** @param kept the name as it would be kept: some characters have no composed form, and are more in NFC */
function problemOf(name: string, kept: string): string | undefined {
  if (kept === '') return 'is empty'
  if (kept.length > MAX_LENGTH) return `is longer than ${MAX_LENGTH} characters`
  return cleaned(name) === name ? undefined : 'contains control or invisible characters'
}

/** Boards print names, and two names that look alike would be two actors. */
export function cleaned(name: string): string {
  return replaceHidden(name.replaceAll(/[\t\n\r]/g, ''), () => '')
}
