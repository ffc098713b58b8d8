import { isToken } from './token.js'

/** Where the board of this clone was last served, and the token that opens it: `web.json` in the private folder. */
export interface KeptAddress {
  readonly port: number
  readonly token: string
}

/** What `web.json` says, or undefined where it says nothing usable: then a new one is made. */
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
