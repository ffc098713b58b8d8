import type { About } from './documents.js'
import { type Failure, update } from './store.js'

/** One per board: boards behind one proxy differ by their path. */
const KEPT = `kitty-token ${location.pathname}`

/** The kind of what the server's checks refuse: a wrong token, another Host. */
const DENIED = 'Denied'

export class Refused extends Error {
  constructor(
    readonly status: number,
    /** Undefined for the page of a proxy. */
    readonly kind: string | undefined,
    readonly failure: Failure,
  ) {
    super(failure.message)
  }
}

export const token = (): string => localStorage.getItem(KEPT) ?? ''

/** Asks with the token. @throws Refused for any answer but success; TypeError without a connection. */
export async function ask(path: string, init: RequestInit = {}): Promise<Response> {
  const secret = token()
  const answer = await send(path, secret, init)
  if (answer.ok) return answer
  if (answer.status === 401 && secret === token()) lockOut()
  throw await refused(answer)
}

function send(path: string, secret: string, init: RequestInit = {}): Promise<Response> {
  const headers = new Headers(init.headers)
  headers.set('authorization', `Bearer ${secret}`)
  return fetch(`api/${path}`, { ...init, headers })
}

async function refused(answer: Response): Promise<Refused> {
  const { status } = answer
  const said = (await answer.json().catch(() => ({}))) as { error?: Failure & { readonly kind: string } } // The server's failure document, or a proxy's page.
  const failure = said.error ?? { message: `The server answered ${status}.`, next_steps: [] }
  return new Refused(status, said.error?.kind, failure)
}

export async function read<T>(path: string, query: Readonly<Record<string, string>> = {}): Promise<T> {
  const answer = await ask(`${path}?${new URLSearchParams(query).toString()}`)
  return (await answer.json()) as T // The caller names the document that the route answers.
}

/** Writes that have no answer yet, by what they ask for. */
const pending = new Map<string, Promise<unknown>>()

/** Asks once for what is asked for again before it is answered, as by a double click. */
export function write<T>(path: string, body: object): Promise<T> {
  const text = JSON.stringify(body)
  const name = `${path} ${text}`
  const answered = pending.get(name) ?? post(path, text).finally(() => pending.delete(name))
  pending.set(name, answered)
  return answered as Promise<T> // The caller names the document that the route answers.
}

async function post(path: string, body: string): Promise<unknown> {
  const headers = { 'content-type': 'application/json' }
  return (await ask(path, { method: 'POST', headers, body })).json()
}

export function failureOf(error: unknown): Failure {
  if (error instanceof Refused) return error.failure
  return {
    message: 'There is no connection to kitty web.',
    next_steps: [{ text: 'kitty web --open', argv: ['kitty', 'web', '--open'] }],
  }
}

/** A token the server does not know helps no one. */
export function lockOut(): void {
  localStorage.removeItem(KEPT)
  update({ connection: 'locked' })
}

/**
 * Takes the token out of the address. A wrong one in a link must not replace a right one: where the page has one
 * already, the server has to know the other.
 */
export async function unlock(): Promise<void> {
  const given = new URLSearchParams(location.hash.slice(1)).get('token')
  if (given === null) return
  history.replaceState(null, '', location.pathname + location.search)
  // Without a token there is none to lose. Whether this one is right the first answer says.
  if ((await isKnown(given)) || token() === '') localStorage.setItem(KEPT, given)
}

/** Whether the server takes the token; false if there is no answer of the server's. */
async function isKnown(secret: string): Promise<boolean> {
  // The server removes the file that opened this page, which pages that were open before must not do.
  const answer = await send('about?opened', secret).catch(() => undefined)
  if (answer === undefined || answer.ok) return answer !== undefined
  // A board that cannot be read says so only to those who may look.
  const { kind } = await refused(answer)
  return kind !== undefined && kind !== DENIED
}

export async function learn(): Promise<void> {
  update({ about: await read<About>('about') })
}

/** Calls back when another tab has been given a token, or has lost it. */
export function onTokenChange(changed: () => void): void {
  addEventListener('storage', ({ key }) => {
    if (key === KEPT) changed()
  })
}
