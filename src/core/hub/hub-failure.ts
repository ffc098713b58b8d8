import { KittyError, systemCode } from '../errors/kitty-error.js'
import { type NextStep, shownCommand } from '../errors/next-step.js'
import type { HubAddress } from './hub-address.js'

/** Where a failure happened, for its message. Never holds a password. */
export interface HubPlace extends Pick<HubAddress, 'database'> {
  readonly server: string
  readonly user: string
}

/** Of the functions that this kitty calls. */
const NEWEST = 2
const CERTIFICATE = /^(?:ERR_TLS_|CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|HOSTNAME_)/

/** PostgreSQL's codes of statements that were undone as a whole, in whatever language the server says so. */
const UNDONE = /^(?:22|23|25|42|KT)|^(?:55P03|57014)$/
const SQLSTATE = /^[0-9A-Z]{5}$/

/** Whether the server answered that it did nothing, so that there is nothing to find out about the statement. */
export function didNothing({ kind, context }: KittyError): boolean {
  return kind === 'HubDenied' || context['undone'] === true
}

/**
 * How old what is shown of the hub is, as a sentence without its full stop.
 * @param readAt when the hub was last read to its end, in milliseconds since 1970; 0 for never
 */
export function shownAsOf(readAt: number): string {
  if (readAt === 0) return 'Nothing of the hub is shown: it was never read'
  return `What the hub has is shown as of ${new Date(readAt).toISOString().slice(11, 16)} UTC`
}

/** Whether the server refused what a statement says, and not the statement as such. */
export function refusedContent({ context: { code } }: KittyError): boolean {
  return typeof code === 'string' && /^2[23]/.test(code)
}

/**
 * Turns whatever the driver threw into an error with a kind. Repeats none of the driver's or the server's own words,
 * which are not ours to vouch for: only codes (PostgreSQL's appendix A, and KT… of our functions).
 */
export function hubFailure(error: unknown, place: HubPlace): KittyError {
  const code = systemCode(error) ?? ''
  const { server, database, user } = place
  const undone = isUndone(error, code) ? { undone: true } : {}
  const known = KNOWN[code]
  if (known !== undefined) {
    const { kind, says, step } = known(place)
    return new KittyError(kind, says, {
      nextSteps: step === undefined ? [] : [step],
      context: { server, database, code, ...undone },
      cause: plain(error),
    })
  }
  if (CERTIFICATE.test(code) || isWithoutTls(error))
    return new KittyError(
      'HubDenied',
      isWithoutTls(error)
        ? `The server ${server} offers no TLS, so nothing was sent to it.`
        : `The certificate of ${server} does not fit (${code}), so nothing was sent to it.`,
      {
        nextSteps: [
          'Give the server a certificate for this host name, and name its authority: PGSSLROOTCERT=/path/to/ca.pem',
        ],
        context: { server, code },
        cause: plain(error),
      },
    )
  return unreachable(`${server} as ${user}${code === '' ? '' : ` (${code})`}`, plain(error), {
    ...(code !== '' && { code }),
    ...undone,
  })
}

/** @param where the server, or what we know of it */
export function unreachable(where: string, cause?: unknown, context: object = {}): KittyError {
  return new KittyError('HubUnreachable', `The hub was not reached: ${where}.`, {
    nextSteps: [
      'Try again; what does not need the hub goes on without it.',
      ...shownCommand(['kitty', 'hub', 'status']),
    ],
    context: { where, ...context },
    cause,
  })
}

/** @param functions the versions that the hub has: a newer kitty than this one has dropped ours, or an older one lacks it */
export function tooOld(functions: readonly number[], { server }: HubPlace): KittyError {
  const isNewer = functions.some((number) => number > NEWEST)
  const says = isNewer ? 'is too new for this kitty' : 'is too old for this kitty'
  return new KittyError('HubTooOld', `The hub on ${server} ${says}.`, {
    nextSteps: [isNewer ? 'Update kitty.' : 'An owner of the database upgrades it: kitty hub upgrade'],
    context: { server, functions },
  })
}

interface Known {
  readonly kind: 'HubDenied' | 'HubTooOld' | 'HubUnreachable'
  readonly says: string
  /** Undefined when the role's name is not plain text. */
  readonly step: string | NextStep | undefined
}

const login = ({ server, user }: HubPlace): Known => ({
  kind: 'HubDenied',
  says: `The server ${server} did not accept the role ${user} or its password.`,
  step: 'Check KITTY_HUB, PGUSER, PGPASSWORD or the password file; the server decides in pg_hba.conf.',
})
const noHub = ({ server, database }: HubPlace): Known => ({
  kind: 'HubDenied',
  says: `The database ${database} on ${server} holds no hub of kitty.`,
  step: 'Its owner makes one: kitty hub init HOST --database NAME',
})
const noRight = ({ server, user }: HubPlace): Known => ({
  kind: 'HubDenied',
  says: `The role ${user} has no right to this in this repository's hub on ${server}.`,
  step: shownCommand(['kitty', 'hub', 'member', user, 'append'], 'an owner gives the right')[0],
})

const KNOWN: Readonly<Record<string, (place: HubPlace) => Known>> = {
  '28P01': login,
  '28000': login,
  '3D000': ({ server, database }) => ({
    kind: 'HubDenied',
    says: `The server ${server} has no database ${database}.`,
    step: 'Check hub.database in .kittify/config.json, or create it: createdb NAME',
  }),
  '3F000': noHub,
  '42P01': noHub,
  '42883': noHub,
  KT001: noRight,
  '42501': noRight,
  KT002: ({ server }) => ({
    kind: 'HubDenied',
    says: `The server ${server} has no such role.`,
    step: 'Create it first: createuser NAME --pwprompt',
  }),
  KT003: () => ({
    kind: 'HubDenied',
    says: 'A repository needs an owner, and this role is its last one.',
    step: 'Make another role an owner first: kitty hub member ROLE own',
  }),
  KT004: ({ server }) => ({
    kind: 'HubDenied',
    says: `The hub on ${server} removed nothing: an event came in that the trunk may lack.`,
    step: 'Push the trunk, fetch it here, and run the command again.',
  }),
  '53100': ({ server }) => ({
    kind: 'HubUnreachable',
    says: `The hub on ${server} stored nothing: its disk is full.`,
    step: 'Its administrator makes room; what does not need the hub goes on without it.',
  }),
  P0002: noRight,
  '25006': ({ server, user }) => ({
    kind: 'HubUnreachable',
    says: `The hub on ${server} stored nothing: it is read-only for the role ${user}.`,
    step: 'Its administrator looks at default_transaction_read_only, of the server and of the role.',
  }),
  '57014': ({ server }) => ({
    kind: 'HubUnreachable',
    says: `The hub on ${server} stopped working on it: its statement_timeout is too short.`,
    step: 'Its administrator gives the role more time: ALTER ROLE NAME SET statement_timeout',
  }),
  '57P03': ({ server }) => ({
    kind: 'HubUnreachable',
    says: `The server ${server} is starting up, recovering or shutting down.`,
    step: 'Try again in a moment; what does not need the hub goes on without it.',
  }),
  '53300': ({ server }) => ({
    kind: 'HubUnreachable',
    says: `The server ${server} takes no more connections.`,
    step: 'Its administrator raises max_connections, or puts a pooler in front of it.',
  }),
  '22P05': ({ server, database }) => ({
    kind: 'HubDenied',
    says: `The database ${database} on ${server} has an encoding that does not hold every character.`,
    step: 'Make one with UTF-8: createdb NAME --encoding UTF8 --template template0',
  }),
}

/** An error that ended the connection may have come after the commit; one that ended the statement did not. */
function isUndone(error: unknown, code: string): boolean {
  const severity = error instanceof Error && 'severity' in error ? error.severity : undefined
  return UNDONE.test(code) || (severity === 'ERROR' && SQLSTATE.test(code) && code !== '40003')
}

function isWithoutTls(error: unknown): boolean {
  return error instanceof Error && error.message === 'The server does not support SSL connections'
}

/** Keeps the driver's error out of records: it may hold the whole statement. */
function plain(error: unknown): Error {
  return new Error(systemCode(error) ?? (error instanceof Error ? error.name : 'unknown'))
}
