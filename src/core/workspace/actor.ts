import { KittyError } from '../errors/kitty-error.js'
import { replaceHidden } from '../errors/invisible.js'
import { askGitText } from '../git/git.js'

const MAX_LENGTH = 200

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
 * In Unicode's composed form (NFC), so that one name is one actor however it was typed.
 * @throws KittyError UsageError when the name is empty, longer than 200 characters or has control or invisible characters.
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
 * Git's `user.name` as it holds in `worktree`; undefined when it is not set.
 * @throws KittyError when git cannot be asked: the system's user would be someone else in the log.
 */
export function gitUserName(worktree: string): string | undefined {
  return askGitText(worktree, ['config', '--get', 'user.name'])?.trim()
}

function checked(name: string, source: string): string {
  const problem = problemOf(name)
  if (problem === undefined) return name.normalize()
  throw new KittyError('UsageError', `${source} gives no usable actor: the name ${problem}`, {
    nextSteps: ['--actor NAME', 'or export KITTY_ACTOR=NAME'],
    context: { source, problem },
  })
}

function problemOf(name: string): string | undefined {
  if (name.trim() === '') return 'is empty'
  if (name.length > MAX_LENGTH) return `is longer than ${MAX_LENGTH} characters`
  return cleaned(name) === name ? undefined : 'contains control or invisible characters'
}

/** Names are printed on boards, and two that look alike would be two actors. */
function cleaned(name: string): string {
  return replaceHidden(name.replaceAll(/[\t\n\r]/g, ''), () => '')
}
