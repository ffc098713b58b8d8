import { KittyError } from '../errors/kitty-error.js'
import { isName } from '../events-lib.js'

/**
 * An idempotency key or a correlation, which events keep as they are typed.
 * @param source where it comes from, for the message
 * @throws KittyError UsageError for one that no event can hold
 */
export function checkedKey(key: string, source: string): string {
  if (isName(key)) return key
  throw new KittyError('UsageError', `${source} takes 1 to 200 characters, and no control character.`, {
    nextSteps: ['Give another one, or leave it out.'],
    context: { source },
  })
}
