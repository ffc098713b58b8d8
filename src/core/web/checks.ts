import { timingSafeEqual } from 'node:crypto'

/** What a request says of itself, as far as the checks look. */
export interface Asking {
  readonly method: string
  readonly host: string | undefined
  readonly origin: string | undefined
  /** The four fetch metadata headers that are there, by name. */
  readonly fetchMetadata: Readonly<Record<string, string>>
  readonly authorization: string | undefined
  /** Bytes of the body, as announced; undefined where none is. */
  readonly contentLength: number | undefined
}

/** Who may ask, and what. */
export interface Policy {
  /** Values that Host may have: the bound address and port, `localhost`, or the proxy's name. */
  readonly hosts: readonly string[]
  /** `http` or `https`, as a browser sees it. */
  readonly scheme: 'http' | 'https'
  readonly token: string
  readonly readOnly: boolean
}

/** What the first failed check answers. */
export interface Denial {
  readonly status: 421 | 403 | 401 | 413
  readonly message: string
}

export const MAX_BODY_BYTES = 1024 * 1024

/**
 * Decides whether a request is answered, for the shell's own files and for everything that holds data of the
 * repository. The checks run in this order; the first that fails answers.
 */
export function denial(kind: 'shell' | 'data', asking: Asking, policy: Policy): Denial | undefined {
  // Against DNS rebinding: a name that a stranger points here is not ours.
  if (asking.host === undefined || !policy.hosts.includes(asking.host.toLowerCase()))
    return { status: 421, message: 'This server does not answer for that Host.' }
  if (kind === 'data') {
    if (asking.origin !== undefined && asking.origin !== `${policy.scheme}://${asking.host.toLowerCase()}`)
      return { status: 403, message: 'Another site may not ask this server.' }
    if (!isSameOrigin(asking)) return { status: 403, message: 'Another site may not ask this server.' }
    if (!hasToken(asking.authorization, policy.token))
      return { status: 401, message: 'The token is missing or wrong. Run kitty web --open.' }
  }
  if ((asking.contentLength ?? 0) > MAX_BODY_BYTES)
    return { status: 413, message: `A request may have ${MAX_BODY_BYTES} bytes.` }
  if (policy.readOnly && asking.method !== 'GET' && asking.method !== 'HEAD')
    return { status: 403, message: 'This board is read only.' }
  return undefined
}

/** A page of ours, or a program: a browser always says which site asks. */
function isSameOrigin({ origin, fetchMetadata }: Asking): boolean {
  const site = fetchMetadata['sec-fetch-site']
  if (site !== undefined) return site === 'same-origin'
  return origin === undefined && Object.keys(fetchMetadata).length === 0
}

/** In constant time, whatever the length of what was given. */
function hasToken(authorization: string | undefined, token: string): boolean {
  const given = /^Bearer ([\w-]{1,100})$/.exec(authorization ?? '')?.[1] ?? ''
  const [a, b] = [Buffer.alloc(100), Buffer.alloc(100)]
  a.write(given)
  b.write(token)
  return timingSafeEqual(a, b) && given.length === token.length
}
