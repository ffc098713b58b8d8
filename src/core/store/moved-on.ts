import { counted } from '../errors/counted.js'
import { isKittyError, KittyError } from '../errors/kitty-error.js'
import type { TeamLink } from './event-store.js'

/** How often one command decides again while other clones change the same packages. */
const MOST_DECISIONS = 20

/** Another clone has changed what a decision was based on: decide again. Never leaves the store. */
export class MovedOn extends Error {
  override readonly name = 'MovedOn'
}

/**
 * Catches up and decides, and with a hub decides again when another clone has changed the state, unless something has
 * been written already.
 * @param store how it catches up before each decision, and the events that it has written
 * @throws KittyError LostRace after many decisions in vain, and whatever `work` throws
 */
export async function decideAgain<T>(
  link: TeamLink | undefined,
  work: () => Promise<T>,
  store: { readonly recover: () => Promise<void>; readonly written: ReadonlySet<string> },
): Promise<T> {
  link?.beginDecision()
  await store.recover()
  if (link === undefined) return work()
  link.begin()
  for (let attempt = 1; ; attempt += 1) {
    const written = store.written.size
    try {
      return await work()
    } catch (error) {
      // What refused it may be undone already, in another clone.
      if (!(error instanceof MovedOn) && !(isKittyError(error) && (await link.refresh(true)))) throw error
      if (attempt === MOST_DECISIONS || store.written.size > written) throw movedTooOften(attempt)
      link.beginDecision()
      await store.recover()
    }
  }
}

function movedTooOften(attempts: number): KittyError {
  return new KittyError(
    'LostRace',
    `Other clones changed this ${counted(attempts, 'time')} while it was decided; nothing more was written.`,
    { nextSteps: ['Look at it again, and repeat the command if it still applies.'], context: { attempts } },
  )
}
