import { isKittyError, KittyError } from '../errors/kitty-error.js'
import { type HubHost, hubHost } from '../workspace/hub-setting.js'
import { type HubPlace, unreachable } from './hub-failure.js'

/** What a server says of itself. */
export interface ServerState {
  readonly recovery: boolean
  /** In hexadecimal; null for a standby. */
  readonly timeline: string | null
}

/** As columns of a `ServerState`, which any role may ask. */
export const SERVER_STATE = `pg_is_in_recovery() AS recovery,
  CASE WHEN pg_is_in_recovery() THEN NULL ELSE left(pg_walfile_name(pg_current_wal_lsn()), 8) END AS timeline`

/**
 * @param least the highest timeline that this clone has seen: a server below it is a former primary
 * @returns the server's timeline
 * @throws KittyError HubUnreachable for a standby or a former primary
 */
export function primaryTimeline(state: ServerState | undefined, { server }: HubPlace, least: number): number {
  if (state === undefined || state.recovery || state.timeline === null)
    throw unreachable(`${server} is a standby`)
  const timeline = Number.parseInt(state.timeline, 16)
  if (timeline < least)
    throw unreachable(
      `${server} is a former primary, on timeline ${timeline} where this clone has seen ${least}`,
    )
  return timeline
}

/**
 * Tries the hosts in turn.
 * @param connect its second argument is the number of hosts left, this one included
 * @throws KittyError made of what became of each host
 */
export async function firstOf<T>(
  hosts: readonly string[],
  connect: (host: HubHost, left: number) => Promise<T>,
): Promise<T> {
  const failures: unknown[] = []
  for (const [at, text] of hosts.entries()) {
    const host = hubHost(text)
    try {
      if (host === undefined) throw unreachable(`${text} is no host`)
      return await connect(host, hosts.length - at)
    } catch (error) {
      failures.push(error)
    }
  }
  throw failedHosts(failures, hosts)
}

/**
 * Makes one error of what became of each host that was tried. A host that answered decides the kind: its answer is the
 * one to act on. What the others said follows shortly.
 * @param failures in the order of the hosts
 */
export function failedHosts(failures: readonly unknown[], hosts: readonly string[]): KittyError {
  const [first = unreachable(hosts.join(', ')), ...more] = failures.map((error, at) =>
    isKittyError(error) ? error : unreachable(hosts[at] ?? 'a host'),
  )
  if (more.length === 0) return first
  const all = [first, ...more]
  const wheres = all.flatMap(({ context: { where } }) => (typeof where === 'string' ? [where] : []))
  const answers = all.filter(({ context }) => typeof context['where'] !== 'string')
  const main = answers.find(({ kind }) => kind !== 'HubUnreachable') ?? answers[0] ?? first
  const silent =
    answers.length === 0 ? unreachable(wheres.join('; ')).message : `Not reached: ${wheres.join('; ')}.`
  const sentences = [...new Set([main, ...answers].map(({ message }) => message))]
  return new KittyError(
    main.kind,
    [...(answers.length === 0 ? [] : sentences), ...(wheres.length === 0 ? [] : [silent])].join(' '),
    {
      nextSteps: main.nextSteps,
      context: { ...main.context, hosts: all.map(({ kind, context }) => ({ kind, ...context })) },
      cause: main.cause,
    },
  )
}
