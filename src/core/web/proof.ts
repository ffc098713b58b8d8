import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { get as getPlain } from 'node:http'
import { get as getEncrypted } from 'node:https'

/** How long a server on this machine may take to answer, in milliseconds. */
const PATIENCE_MS = 1_000
const MOST_CHARS = 1_000

/** Proves knowledge of the token without revealing it. */
export function proofOf(token: string, nonce: string): string {
  return createHmac('sha256', token).update(`kitty web ${nonce}`).digest('base64url')
}

/**
 * Whether the server at that address is a board with that token. A stranger listening there learns nothing about it.
 * @param board address of the board, ending with a slash
 * @param host value of the Host header, if it differs from the address
 */
export async function isOurs(board: string, token: string, host?: string): Promise<boolean> {
  const nonce = newToken()
  const answer = await textOf(`${board}proof?nonce=${nonce}`, host === undefined ? {} : { host })
  const [given, right] = [Buffer.from(answer ?? ''), Buffer.from(proofOf(token, nonce))]
  return given.length === right.length && timingSafeEqual(given, right)
}

function textOf(url: string, headers: Readonly<Record<string, string>>): Promise<string | undefined> {
  return new Promise((resolve) => {
    // The proof identifies the server. Its certificate may be one that only the user's browser trusts.
    const options = { headers, timeout: PATIENCE_MS, rejectUnauthorized: false, agent: false }
    const get = url.startsWith('https:') ? getEncrypted : getPlain
    const request = get(url, options, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => {
        text += chunk
        if (text.length > MOST_CHARS) request.destroy()
      })
      response.on('end', () => resolve(text))
      response.on('close', () => resolve(undefined))
    })
    request.on('timeout', () => request.destroy())
    request.on('error', () => resolve(undefined))
  })
}

/** Returns 256 random bits, in characters that are safe in an address and a header. */
export function newToken(): string {
  return randomBytes(32).toString('base64url')
}

export function isToken(text: unknown): text is string {
  return typeof text === 'string' && /^[\w-]{43}$/.test(text)
}
