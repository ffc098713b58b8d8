import { isIP } from 'node:net'
import { KittyError } from '../errors/kitty-error.js'
import { readNamedFile } from '../files/named-file.js'
import { hubHost, type HubSetting } from '../workspace/hub-setting.js'

/** Where a repository's hub is. */
export type HubAddress = Pick<HubSetting, 'repo' | 'hosts' | 'database'>

/** Who connects. */
export interface HubLogin {
  /** Undefined: PGUSER, or the system's user. */
  readonly user: string | undefined
  /** Undefined: PGPASSWORD, or the password file. */
  readonly password: string | undefined
}

const DEFAULT_PORT = 5432

/** A server that has not answered a statement after so many milliseconds is gone, where no shorter limit holds. */
export const ANSWER_MS = 60_000

/** The same for a statement over everything: a migration, the deletion of years, a report that waits for another. */
export const WHOLE_MS = 30 * 60_000

/** How to encrypt: loopback needs no TLS, and elsewhere certificate and host name must fit (`verify-full`). */
export function tlsFor(host: string, authorities: string | undefined): false | TlsOptions {
  if (isLoopback(host)) return false
  const ca = authorities === undefined || authorities === '' ? {} : { ca: readNamedFile(authorities) }
  return { rejectUnauthorized: true, ...ca }
}

interface TlsOptions {
  readonly rejectUnauthorized: true
  readonly ca?: Buffer
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))
}

/**
 * Reads user and password from KITTY_HUB, a URL such as `postgres://ada:…@db1.example`. A URL that names a host counts
 * only for that host: `config.json` comes with the repository and must not choose who gets the password.
 * @throws KittyError UsageError, without the URL
 */
export function hubLogin(
  env: Readonly<Record<string, string | undefined>>,
  hosts: readonly string[],
): HubLogin {
  const text = env['KITTY_HUB']
  if (text === undefined || text === '') return { user: undefined, password: undefined }
  const url = postgresUrl(text)
  if (url === undefined) throw badLogin('it is no postgres:// URL')
  const named =
    url.hostname === '' ? undefined : (hubHost(url.host) ?? { host: url.hostname, port: DEFAULT_PORT })
  const isOne = hosts.map(hubHost).some((host) => host?.host === named?.host && host?.port === named?.port)
  if (named !== undefined && !isOne)
    throw badLogin(
      `it is for ${named.host}:${named.port}, and this repository's hub is at ${hosts.join(', ')}`,
    )
  return { user: url.user, password: url.password }
}

/** The parts of a `postgres://` URL, user and password decoded. */
export interface PostgresUrl {
  readonly host: string
  readonly hostname: string
  readonly pathname: string
  readonly user: string | undefined
  readonly password: string | undefined
}

/**
 * Undefined for a URL that is none. In particular where user or password hold what must be escaped: `/`, `?` or `#` would
 * end the host there, and a part of the password would be taken for a port.
 */
export function postgresUrl(text: string): PostgresUrl | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !/^postgres(?:ql)?:$/.test(url.protocol)) return undefined
  if (url.username === '' && text.includes('@')) return undefined
  const { host, hostname, pathname } = url
  try {
    const part = (value: string): string | undefined => (value === '' ? undefined : decodeURIComponent(value))
    return { host, hostname, pathname, user: part(url.username), password: part(url.password) }
  } catch (error) {
    if (error instanceof URIError) return undefined
    throw error
  }
}

/** What to do about a URL that is none, for next steps. */
export const ESCAPES = 'In user and password, write % as %25, / as %2F, ? as %3F, # as %23, @ as %40.'

function badLogin(why: string): KittyError {
  return new KittyError('UsageError', `The environment variable KITTY_HUB cannot be used: ${why}.`, {
    nextSteps: [
      'Set it to postgres://USER:PASSWORD@HOST, or unset it and use PGUSER and a password file.',
      ESCAPES,
    ],
  })
}

/** Whether both name the same repository on the same servers. */
export function isSameHub(one: HubAddress, other: HubAddress): boolean {
  return (
    one.repo === other.repo &&
    one.database === other.database &&
    one.hosts.length === other.hosts.length &&
    one.hosts.every((host, at) => host === other.hosts[at])
  )
}
