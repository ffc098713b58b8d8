import { KittyError } from '../errors/kitty-error.js'
import { replaceHidden } from '../errors/invisible.js'
import type { Holder } from '../events-lib.js'

/** As long as a payload may hold. */
const MAX_LENGTH = 200

export interface SessionClues {
  readonly flag?: string | undefined
  readonly env: Readonly<Record<string, string | undefined>>
}

/**
 * Determines the session: `--session`, then KITTY_SESSION. Null without either, and the holder is the actor.
 * @throws KittyError UsageError if the name is empty, longer than 200 characters or has control or invisible
 * characters.
 */
export function resolveSession({ flag, env }: SessionClues): string | null {
  if (flag !== undefined) return checked(flag, '--session')
  const fromEnv = env['KITTY_SESSION']
  return fromEnv === undefined || fromEnv === '' ? null : checked(fromEnv, 'KITTY_SESSION')
}

/** The holder that acts: the actor and, where one is given, the session. */
export function holderOf(provenance: { readonly actor: string; readonly session?: string | null }): Holder {
  return { actor: provenance.actor, session: provenance.session ?? null }
}

function checked(name: string, source: string): string {
  const problem = problemOf(name)
  if (problem === undefined) return name.trim().normalize()
  throw new KittyError('UsageError', `${source} gives no usable session: the name ${problem}.`, {
    nextSteps: ['--session NAME', 'or leave it out: the holder is then the actor'],
    context: { source, problem },
  })
}

function problemOf(name: string): string | undefined {
  if (name.trim() === '') return 'is empty'
  if (name.length > MAX_LENGTH) return `is longer than ${MAX_LENGTH} characters`
  const isPlain = replaceHidden(name, () => '') === name && !/[\t\n\r]/.test(name)
  return isPlain ? undefined : 'contains control or invisible characters'
}
