import { isToken } from './proof.js'

/** Where this clone's board was last served, and its token. Stored as `web.json` in the private folder. */
export interface KeptAddress {
  readonly port: number
  readonly token: string
  /** The board's address on this machine, by which another process can ask for its proof; older files have none. */
  readonly local: string | undefined
  /** The value of Host that the board answers, where it differs from that address. */
  readonly proxy: string | undefined
}

/** Parses `web.json`. Returns undefined if it holds nothing usable; the caller then creates a new one. */
export function parseKept(text: string): KeptAddress | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  if (typeof value !== 'object' || value === null || !('port' in value) || !('token' in value))
    return undefined
  const { port, token } = value
  if (typeof port !== 'number' || !Number.isInteger(port) || port < 1 || port > 65_535 || !isToken(token))
    return undefined
  const local = 'local' in value && isBoardUrl(value.local) ? value.local : undefined
  const proxy = 'proxy' in value && typeof value.proxy === 'string' ? value.proxy : undefined
  return { port, token, local, proxy }
}

export function keptText(kept: KeptAddress): string {
  return `${JSON.stringify(kept, null, 2)}\n`
}

function isBoardUrl(value: unknown): value is string {
  return typeof value === 'string' && /^https?:\/\/[^/]+\/(?:.*\/)?$/.test(value) && URL.canParse(value)
}
