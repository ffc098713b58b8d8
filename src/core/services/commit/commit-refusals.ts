import { KittyError } from '../../errors/kitty-error.js'
import { shownCommand } from '../../errors/next-step.js'
import type { GitRefusal } from '../../git/git.js'
import type { Operation } from '../../git/under-way.js'

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

export function notPushed({ reason }: GitRefusal, branch: string): KittyError {
  return new KittyError('ValidationError', `${branch} was not pushed: ${reason}. What was committed stays.`, {
    nextSteps: [...shownCommand(['git', 'pull']), ...shownCommand(['git', 'push'])],
    context: { branch, git: reason },
  })
}
