/** What a command that goes on, or needs a terminal's keys, is refused. */
import { KittyError } from '../errors/kitty-error.js'

export function noEndInJson(): KittyError {
  return new KittyError(
    'UsageError',
    '--json answers with one document, and this goes on until it is interrupted.',
    {
      nextSteps: ['--format jsonl, for one document per event', 'or leave out what makes it go on'],
    },
  )
}

export function noTerminal(): KittyError {
  return new KittyError('UsageError', '--watch draws on a terminal, and stdout is none.', {
    nextSteps: ['For a stream of events, run kitty watch.', 'For the board as it is now, run kitty status.'],
  })
}

export function noKeysInJson(): KittyError {
  return new KittyError(
    'UsageError',
    '--json answers with one document, and the board is worked with keys.',
    {
      nextSteps: ['For the board as it is now, run kitty status --json.', 'Or leave --json out.'],
    },
  )
}

export function noKeyboard(): KittyError {
  return new KittyError('UsageError', 'The board needs a terminal for its keys, and this is none.', {
    nextSteps: ['For the board as it is now, run kitty status.', 'For a program, add --json.'],
  })
}
