import { asSentence } from '../../errors/as-sentence.js'
import { KittyError } from '../../errors/kitty-error.js'
import { type NextStep, shownCommand, shownWords } from '../../errors/next-step.js'
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

const PULL_FIRST = [...shownCommand(['git', 'pull']), ...shownCommand(['git', 'push'])]

function firstPush(branch: string, remotes: readonly string[]): NextStep[] {
  const push = (remote: string): NextStep[] =>
    shownCommand(['git', 'push', '--set-upstream', remote, `refs/heads/${branch}`])
  if (remotes.length > 0) return remotes.flatMap(push)
  return [...shownWords(['git', 'remote', 'add', 'origin', 'URL'], 'where it should go'), ...push('origin')]
}

/** @param remotes where it could go if it follows no branch yet; undefined if it follows one */
export function notPushed(
  { reason }: GitRefusal,
  branch: string,
  remotes: readonly string[] | undefined,
): KittyError {
  const why = asSentence(reason)
  return new KittyError('ValidationError', `${branch} was not pushed: ${why} What was committed stays.`, {
    nextSteps: remotes === undefined ? PULL_FIRST : firstPush(branch, remotes),
    context: { branch, git: reason },
  })
}
