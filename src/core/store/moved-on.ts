import { KittyError } from '../errors/kitty-error.js'
import { counted } from '../errors/counted.js'

/** Another clone has changed what a decision was based on: decide again. Never leaves the store. */
export class MovedOn extends Error {
  override readonly name = 'MovedOn'
}

/** The refusal after so many decisions in vain. */
export function movedTooOften(attempts: number): KittyError {
  return new KittyError(
    'LostRace',
    `Other clones changed this ${counted(attempts, 'time')} while it was decided; nothing more was written.`,
    { nextSteps: ['Look at it again, and repeat the command if it still applies.'], context: { attempts } },
  )
}
