import { createHmac, timingSafeEqual } from 'node:crypto'
import { get as getPlain } from 'node:http'
import { get as getEncrypted } from 'node:https'
import { newToken } from './token.js'

/** How long a server of this machine may take to answer, in milliseconds. */
const PATIENCE_MS = 1_000
const MOST_CHARS = 1_000

/** Shows that whoever answers knows the token, without telling it. */
export function proofOf(token: string, nonce: string): string {
  return createHmac('sha256', token).update(`kitty web ${nonce}`).digest('base64url')
}

/**
 * Whether the server at that address is a board with that token. A stranger who listens there learns nothing of it.
 * @param board the address of the board, ending with a slash
 * @param host what Host is to say, where that is another name
 */
export async function isOurs(board: string, token: string, host?: string): Promise<boolean> {
  const nonce = newToken()
  const answer = await textOf(`${board}proof?nonce=${nonce}`, host === undefined ? {} : { host })
  const [given, right] = [Buffer.from(answer ?? ''), Buffer.from(proofOf(token, nonce))]
  return given.length === right.length && timingSafeEqual(given, right)
}

function textOf(url: string, headers: Readonly<Record<string, string>>): Promise<string | undefined> {
  return new Promise((resolve) => {
    // The proof says who it is; the certificate may be one that only the reader's browser knows.
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
