import { KittyError } from '../../errors/kitty-error.js'
import { shownCommand } from '../../errors/next-step.js'
import type { GitRefusal } from '../../git/git.js'
import type { Operation } from '../../git/under-way.js'

/** Lines of a hook's output that a message shows. */
const LINES = 10

export function duringOperation(root: string, operation: Operation): KittyError {
  return new KittyError('ValidationError', `A ${operation} is under way in ${root}; nothing was committed.`, {
    nextSteps: [...shownCommand(['git', '-C', root, 'status'], 'finish it'), 'Then run the command again.'],
    context: { folder: root, operation },
  })
}

export function noBranch(root: string): KittyError {
  return new KittyError('ValidationError', `HEAD of ${root} is detached; nothing was committed.`, {
    nextSteps: [
      ...shownCommand(['git', '-C', root, 'switch', 'main'], 'goes to a branch'),
      ...shownCommand(['git', '-C', root, 'switch', '--create', 'board'], 'or makes one'),
    ],
    context: { folder: root },
  })
}

export function indexInUse(gitDir: string): KittyError {
  return new KittyError(
    'LockTimeout',
    `Another git process is at work in ${gitDir}; nothing was committed.`,
    {
      nextSteps: [
        'Run the command again when it has ended.',
        'If none is running, a git that was killed left index.lock there: remove that file.',
      ],
      context: { folder: gitDir },
    },
  )
}

/** By a hook, as far as git says. */
export function commitRefused({ reason, said }: GitRefusal): KittyError {
  const lines = said.trimEnd().split('\n').slice(-LINES)
  const isSilent = said.trim() === ''
  return new KittyError(
    'ValidationError',
    `Git did not commit, most likely because of a hook${isSilent ? `: ${reason}` : '.'}`,
    {
      said: isSilent ? [] : lines,
      nextSteps: ['Mend what it names and run the command again.'],
      context: { git: lines },
    },
  )
}

export function notPushed({ reason }: GitRefusal, branch: string): KittyError {
  return new KittyError('ValidationError', `${branch} was not pushed: ${reason}. What was committed stays.`, {
    nextSteps: [...shownCommand(['git', 'pull']), ...shownCommand(['git', 'push'])],
    context: { branch, git: reason },
  })
}
