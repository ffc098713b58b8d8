/** What `config.json` says about the hub. It comes with the repository, and holds no secret. */
export interface HubSetting {
  /** The repository's ULID in the hub. */
  readonly repo: string
  /** `host` or `host:port`, tried in turn. */
  readonly hosts: readonly string[]
  readonly database: string
  /** The revision whose events this repository publishes; undefined: the remote's main branch. */
  readonly trunk?: string | undefined
  /** `allow`: claims go on as local ones while the hub is not reached. */
  readonly offline_claims: 'refuse' | 'allow'
}

export interface HubHost {
  readonly host: string
  readonly port: number
}

const KEYS = ['repo', 'hosts', 'database', 'trunk', 'offline_claims']
/** A ref's name: git takes nothing in it for an option or a range. */
const TRUNK = /^[A-Za-z0-9_](?:(?!\.\.)[A-Za-z0-9_./-]){0,199}$/
const DEFAULT_PORT = 5432
const MOST_HOSTS = 10
const REPO = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/
const NAME = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,62}$/
const HOST =
  /^(?:\[([0-9a-fA-F:.]{2,45})\]|([A-Za-z0-9](?:[A-Za-z0-9._-]{0,252}[A-Za-z0-9])?))(?::([0-9]{1,5}))?$/

/** Returns the parts of `host`, `host:port` or `[::1]:port`; undefined for anything else, such as a URL. */
export function hubHost(text: string): HubHost | undefined {
  const [, bracketed, plain, port] = HOST.exec(text) ?? []
  const host = bracketed ?? plain
  const number = port === undefined ? DEFAULT_PORT : Number(port)
  if (host === undefined || number < 1 || number > 65_535) return undefined
  return { host, port: number }
}

/** True for what may name a database, as `createdb` takes it without quotes. */
export function isDatabaseName(text: string): boolean {
  return NAME.test(text)
}

/** Parses the key `hub`. Repeats no value: someone may have put a password there. */
export function hubSetting(
  value: unknown,
  report: (path: string, message: string) => void,
): HubSetting | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    report('hub', 'must be an object')
    return undefined
  }
  for (const key of Object.keys(value))
    if (!KEYS.includes(key)) report('hub', `has a key that is no setting; there are ${KEYS.join(', ')}`)
  // Cast: any object may be read by key.
  const { repo, hosts, database, trunk, offline_claims = 'refuse' } = value as Record<string, unknown>
  if (typeof repo !== 'string' || !REPO.test(repo))
    report('hub.repo', 'must be the ULID that `kitty hub init` makes')
  if (!isHosts(hosts))
    report(
      'hub.hosts',
      `must list 1 to ${MOST_HOSTS} hosts as "host" or "host:port": no URL, no user, no password`,
    )
  if (typeof database !== 'string' || !isDatabaseName(database))
    report('hub.database', 'must be the name of a database')
  if (trunk !== undefined && (typeof trunk !== 'string' || !TRUNK.test(trunk)))
    report('hub.trunk', 'must be the name of a branch, such as "refs/remotes/origin/main"')
  if (offline_claims !== 'refuse' && offline_claims !== 'allow')
    report('hub.offline_claims', 'must be "refuse" or "allow"')
  // Cast: a problem was reported for every value that does not fit, and the caller throws.
  return { repo, hosts, database, ...(trunk !== undefined && { trunk }), offline_claims } as HubSetting
}

function isHosts(value: unknown): value is string[] {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value.length <= MOST_HOSTS &&
    value.every((host) => typeof host === 'string' && hubHost(host) !== undefined)
  )
}
