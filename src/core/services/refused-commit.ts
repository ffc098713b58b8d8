import { KittyError } from '../errors/kitty-error.js'
import { type NextStep, sentence, shownCommand } from '../errors/next-step.js'
import { hooksHere } from '../git/hooks.js'
import type { GitRefusal } from '../git/git.js'

/** Lines of a hook's output that a message shows. */
const LINES = 10
/** What git adds after a hook has refused a merge. The merge is taken back, so that there is none to complete. */
const FOLLOWS = /^Not committing merge; use 'git commit'/

/**
 * Git refused to commit or to merge: most likely a hook did.
 * @param what as `Git did not commit`
 * @param folder where git ran, and `hooks` the names of those it runs before
 */
export function refusedByGit(
  { said, status }: GitRefusal,
  what: string,
  { folder, hooks }: { folder: string; hooks: readonly string[] },
  context: Readonly<Record<string, unknown>> = {},
): KittyError {
  const lines = said
    .split('\n')
    .filter((line) => line.trim() !== '' && !FOLLOWS.test(line))
    .slice(-LINES)
  const message =
    lines.length > 0 ? `${what}.` : `${what}, and nothing says why: it ended with exit code ${status}.`
  return new KittyError('ValidationError', message, {
    said: lines,
    nextSteps:
      lines.length > 0
        ? ['Mend what it names and run the command again.']
        : stepsAfterSilence(folder, hooksHere(folder, hooks)),
    context: { ...context, git: lines },
  })
}

function stepsAfterSilence(folder: string, hooks: readonly string[]): NextStep[] {
  if (hooks.length > 0)
    return [sentence`Git runs ${hooks} here: see which of them refuses, and let it say so.`]
  return [...shownCommand(['git', '-C', folder, 'status'], 'what git says')]
}
