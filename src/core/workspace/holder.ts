import type { Holder } from '../events-lib.js'
import { checkedName } from './holder-name.js'

export interface SessionClues {
  readonly flag?: string | undefined
  readonly env: Readonly<Record<string, string | undefined>>
}

/**
 * Determines the session: `--session`, then KITTY_SESSION. Null without either, and the holder is the actor.
 * @throws KittyError UsageError as `checkedName`
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
  return checkedName(name, source, 'session', [
    '--session NAME',
    'or leave it out: the holder is then the actor',
  ])
}
