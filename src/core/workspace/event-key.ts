import { KittyError } from '../errors/kitty-error.js'

/** As long as an event may hold. */
const MAX_LENGTH = 200

/**
 * An idempotency key or a correlation, which events keep as they are typed.
 * @param source where it comes from, for the message
 * @throws KittyError UsageError for one that no event can hold
 */
export function checkedKey(key: string, source: string): string {
  if (key !== '' && key.length <= MAX_LENGTH && !/\p{Cc}/u.test(key)) return key
  throw new KittyError(
    'UsageError',
    `${source} takes 1 to ${MAX_LENGTH} characters, and no control character.`,
    { nextSteps: ['Give another one, or leave it out.'], context: { source } },
  )
}
