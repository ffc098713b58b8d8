import { checkedName, cleaned } from './holder-name.js'

export interface ActorClues {
  readonly flag?: string | undefined
  readonly env: Readonly<Record<string, string | undefined>>
  /** Called only if neither flag nor environment names the actor: it may start git. */
  readonly gitUserName: () => string | undefined
  /** Called last: the system searches its users. */
  readonly osUser: () => string | undefined
}

/**
 * Determines the actor: `--actor`, KITTY_ACTOR, git's `user.name`, the system's user, in this order.
 * @throws KittyError UsageError as `checkedName`
 */
export function resolveActor({ flag, env, gitUserName, osUser }: ActorClues): string {
  if (flag !== undefined) return checked(flag, '--actor')
  const fromEnv = env['KITTY_ACTOR']
  if (fromEnv !== undefined && fromEnv !== '') return checked(fromEnv, 'KITTY_ACTOR')
  const fromGit = gitUserName()
  if (fromGit !== undefined && fromGit !== '') return checked(cleaned(fromGit), 'git config user.name')
  return checked(cleaned(osUser() ?? ''), "the system's user name")
}

function checked(name: string, source: string): string {
  return checkedName(name, source, 'actor', ['--actor NAME', 'or export KITTY_ACTOR=NAME'])
}
