import { KittyError } from '../errors/kitty-error.js'
import { replaceHidden } from '../errors/invisible.js'
import { askGitText } from '../git/git.js'

const MAX_LENGTH = 200

export interface ActorClues {
  readonly flag?: string | undefined
  readonly env: Readonly<Record<string, string | undefined>>
  /** Called only if neither flag nor environment names the actor: it starts a process. */
  readonly gitUserName: () => string | undefined
  /** Called last: the system searches its users. */
  readonly osUser: () => string | undefined
}

/**
 * Determines the actor: `--actor`, KITTY_ACTOR, git's `user.name`, the system's user, in this order. The name is
 * normalized to Unicode's composed form (NFC), without blanks around it, so one name is one actor however it was typed.
 * @throws KittyError UsageError if the name is empty, longer than 200 characters or has control or invisible
 * characters.
 */
export function resolveActor({ flag, env, gitUserName, osUser }: ActorClues): string {
  if (flag !== undefined) return checked(flag, '--actor')
  const fromEnv = env['KITTY_ACTOR']
  if (fromEnv !== undefined && fromEnv !== '') return checked(fromEnv, 'KITTY_ACTOR')
  const fromGit = gitUserName()
  if (fromGit !== undefined && fromGit !== '') return checked(cleaned(fromGit), 'git config user.name')
  return checked(cleaned(osUser() ?? ''), "the system's user name")
}

/**
 * Returns git's `user.name` as it applies in `worktree`; undefined if it is not set.
 * @throws KittyError if git fails: falling back to the system's user would log someone else.
 */
export function gitUserName(worktree: string): string | undefined {
  return askGitText(worktree, ['config', '--get', 'user.name'])?.trim()
}

function checked(name: string, source: string): string {
  const problem = problemOf(name)
  if (problem === undefined) return name.trim().normalize()
  throw new KittyError('UsageError', `${source} gives no usable actor: the name ${problem}.`, {
    nextSteps: ['--actor NAME', 'or export KITTY_ACTOR=NAME'],
    context: { source, problem },
  })
}

function problemOf(name: string): string | undefined {
  if (name.trim() === '') return 'is empty'
  if (name.length > MAX_LENGTH) return `is longer than ${MAX_LENGTH} characters`
  return cleaned(name) === name ? undefined : 'contains control or invisible characters'
}

/** Boards print names, and two names that look alike would be two actors. */
function cleaned(name: string): string {
  return replaceHidden(name.replaceAll(/[\t\n\r]/g, ''), () => '')
}
