import type { About } from './documents.js'
import type { NextStep } from './next-step.js'
import { update } from './store.js'

/** One per board: boards behind one proxy differ by their path. */
const KEPT = `kitty-token ${location.pathname}`

/** What the server refuses, in the words of the program. */
export interface Failure {
  readonly kind: string
  readonly message: string
  readonly next_steps: readonly NextStep[]
}

export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly failure: Failure,
  ) {
    super(failure.message)
  }
}

export const token = (): string => localStorage.getItem(KEPT) ?? ''

/** Asks with the token. @throws Refused for any answer but success; TypeError without a connection. */
export async function ask(path: string, init: RequestInit = {}, secret = token()): Promise<Response> {
  const headers = new Headers(init.headers)
  headers.set('authorization', `Bearer ${secret}`)
  const answer = await fetch(`api/${path}`, { ...init, headers })
  if (answer.ok) return answer
  if (answer.status === 401 && secret === token()) lockOut()
  const said = (await answer.json().catch(() => ({}))) as { error?: Failure } // The server's failure document, or a proxy's page.
  throw new Refused(
    answer.status,
    said.error ?? { kind: '', message: `The server answered ${answer.status}.`, next_steps: [] },
  )
}

export async function read<T>(path: string, query: Readonly<Record<string, string>> = {}): Promise<T> {
  const answer = await ask(`${path}?${new URLSearchParams(query).toString()}`)
  return (await answer.json()) as T // The caller names the document that the route answers.
}

export async function write<T>(path: string, body: object): Promise<T> {
  const headers = { 'content-type': 'application/json' }
  const answer = await ask(path, { method: 'POST', headers, body: JSON.stringify(body) })
  return (await answer.json()) as T // As above.
}

export function failureOf(error: unknown): Failure {
  if (error instanceof Refused) return error.failure
  return {
    kind: 'NoConnection',
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
 * Takes the token out of the address, and keeps it only once the server knows it: a wrong one in a link must not
 * replace a right one.
 */
export async function unlock(): Promise<void> {
  const given = new URLSearchParams(location.hash.slice(1)).get('token')
  if (given === null) return
  history.replaceState(null, '', location.pathname + location.search)
  const answer = await fetch('api/about', { headers: { authorization: `Bearer ${given}` } }).catch(
    () => undefined,
  )
  if (answer?.ok !== true) return
  localStorage.setItem(KEPT, given)
  update({ about: (await answer.json()) as About }) // The route's document.
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
