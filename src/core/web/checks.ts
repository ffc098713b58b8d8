import { timingSafeEqual } from 'node:crypto'

/** The parts of a request that the checks read. */
export interface Asking {
  readonly method: string
  readonly host: string | undefined
  readonly origin: string | undefined
  /** Those of the four fetch metadata headers that are present, by name. */
  readonly fetchMetadata: Readonly<Record<string, string>>
  readonly authorization: string | undefined
  /** Announced size of the body in bytes, or undefined if there is no body. */
  readonly contentLength: number | undefined
}

/** Who may send requests, and which requests. */
export interface Policy {
  /** Accepted values of Host: the bound address and port, `localhost`, or the proxy's name. */
  readonly hosts: readonly string[]
  /** `http` or `https`, as a browser sees it. */
  readonly scheme: 'http' | 'https'
  readonly token: string
  readonly readOnly: boolean
}

/** The answer of the first check that fails. */
export interface Denial {
  readonly status: 421 | 403 | 401 | 413
  readonly message: string
}

export const MAX_BODY_BYTES = 1024 * 1024

/**
 * Decides whether to answer a request, either for the shell's own files or for anything that holds data of the
 * repository. The checks run in this order, and the first one that fails gives the answer.
 */
export function denial(kind: 'shell' | 'data', asking: Asking, policy: Policy): Denial | undefined {
  // Prevents DNS rebinding: a foreign name that resolves to this machine is not accepted.
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
    return { status: 413, message: `A request may have at most ${MAX_BODY_BYTES} bytes.` }
  if (policy.readOnly && asking.method !== 'GET' && asking.method !== 'HEAD')
    return { status: 403, message: 'This board is read only.' }
  return undefined
}

/** True for our own page and for programs that are not browsers: a browser always names the requesting site. */
function isSameOrigin({ origin, fetchMetadata }: Asking): boolean {
  const site = fetchMetadata['sec-fetch-site']
  if (site !== undefined) return site === 'same-origin'
  return origin === undefined && Object.keys(fetchMetadata).length === 0
}

/** Takes constant time, whatever the length of the given value. */
function hasToken(authorization: string | undefined, token: string): boolean {
  const given = /^Bearer ([\w-]{1,100})$/.exec(authorization ?? '')?.[1] ?? ''
  const [a, b] = [Buffer.alloc(100), Buffer.alloc(100)]
  a.write(given)
  b.write(token)
  return timingSafeEqual(a, b) && given.length === token.length
}
