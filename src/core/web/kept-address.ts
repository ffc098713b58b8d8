import { isToken } from './proof.js'

/** Where this clone's board was last served, and its token. Stored as `web.json` in the private folder. */
export interface KeptAddress {
  readonly port: number
  readonly token: string
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
  return { port, token }
}

export function keptText({ port, token }: KeptAddress): string {
  return `${JSON.stringify({ port, token }, null, 2)}\n`
}
