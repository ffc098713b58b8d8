import { KittyError } from '../errors/kitty-error.js'
import { askGitText } from '../git/git.js'

const MAX_LENGTH = 200
// Names are printed on boards: what moves the cursor or turns the text around has no place in one.
const UNPRINTABLE = /[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/u

export interface ActorClues {
  readonly flag?: string | undefined
  readonly env: Readonly<Record<string, string | undefined>>
  /** Asked only when flag and environment are silent: it costs a process. */
  readonly gitUserName: () => string | undefined
  /** Asked last: the system looks through its users. */
  readonly osUser: () => string | undefined
}

/**
 * Who acts: `--actor`, KITTY_ACTOR, git's `user.name`, the system's user.
 * @throws KittyError UsageError when the name is empty, longer than 200 characters or has control characters.
 */
export function resolveActor({ flag, env, gitUserName, osUser }: ActorClues): string {
  if (flag !== undefined) return checked(flag, '--actor')
  const fromEnv = env['KITTY_ACTOR']
  if (fromEnv !== undefined && fromEnv !== '') return checked(fromEnv, 'KITTY_ACTOR')
  const fromGit = gitUserName()
  if (fromGit !== undefined && fromGit !== '') return checked(fromGit, 'git config user.name')
  return checked(osUser() ?? '', "the system's user name")
}

/**
 * Git's `user.name` as it holds in `worktree`; undefined when it is not set.
 * @throws KittyError when git cannot be asked: the system's user would be someone else in the log.
 */
export function gitUserName(worktree: string): string | undefined {
  return askGitText(worktree, ['config', '--get', 'user.name'])?.trim()
}

function checked(name: string, source: string): string {
  const problem = problemOf(name)
  if (problem === undefined) return name
  throw new KittyError('UsageError', `${source} gives no usable actor: the name ${problem}`, {
    nextSteps: ['--actor NAME', 'or export KITTY_ACTOR=NAME'],
    context: { source, problem },
  })
}

function problemOf(name: string): string | undefined {
  if (name.trim() === '') return 'is empty'
  if (name.length > MAX_LENGTH) return `is longer than ${MAX_LENGTH} characters`
  return UNPRINTABLE.test(name) ? 'contains control characters' : undefined
}
