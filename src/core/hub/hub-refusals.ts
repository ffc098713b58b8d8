import { KittyError } from '../errors/kitty-error.js'
import type { Intent } from './intents.js'

/** A claim needs the hub: without it, two clones could both get it. */
export function claimRefused(error: KittyError): KittyError {
  if (error.kind !== 'HubUnreachable') return error
  return new KittyError('HubUnreachable', `${error.message} A claim needs it, so nothing was written.`, {
    nextSteps: [
      'Try again in 30 seconds.',
      'Or claim without it, at the risk that another clone does the same: add --offline',
    ],
    context: error.context,
    cause: error,
  })
}

export function notConfirmed({ what, streams }: Intent): KittyError {
  return new KittyError('HubUnreachable', `It is not confirmed whether the hub has the ${what}.`, {
    nextSteps: [
      'Run the command again when the hub can be reached: it then finds out, and never does it twice.',
      'Notes, tags and everything about other packages go on.',
    ],
    context: { not_confirmed: what, streams },
  })
}

/** @param why what became of the append */
export function notMade({ what }: Intent, why: KittyError): KittyError {
  const { nextSteps } = why
  return new KittyError(
    'HubUnreachable',
    `${why.message} The ${what} was not made, and nothing was written.`,
    {
      nextSteps: ['Run the command again.', ...nextSteps],
      context: { not_made: what },
      cause: why,
    },
  )
}

export function givenUp({ what }: Intent): KittyError {
  return new KittyError('LostRace', `The hub refuses the ${what} for good; nothing was written.`, {
    nextSteps: ['Run the command again: it makes a new event.'],
    context: { refused: what },
  })
}
