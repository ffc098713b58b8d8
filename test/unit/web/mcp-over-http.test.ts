import { type IncomingMessage, request as httpRequest } from 'node:http'
import { Readable } from 'node:stream'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createContainer } from '../../../src/core/di/container.js'
import { ServeHttp } from '../../../src/core/mcp/serve-http.js'
import { WebBoard } from '../../../src/core/web/web-board.js'
import { GENERATIONS, type Generation } from '../../support/mcp-client.js'
import { preparedRepository } from '../../support/prepared-repository.js'
import { testSession } from '../../support/session.js'
import { sharedFolder } from '../../support/temp-folder.js'
import { PATIENT } from '../../support/patient.js'

let url: URL
let token: string
let close: () => Promise<void>

beforeEach(async () => {
  const { root } = await preparedRepository()
  const container = createContainer(testSession({ cwd: root }))
  const mcp = await container.resolve(ServeHttp)
  const board = await (
    await container.resolve(WebBoard)
  ).serve({ readOnly: false, newToken: false, pageFolder: sharedFolder(), mounted: { mcp: mcp.answer } })
  url = new URL('mcp', board.url)
  // The board wrote it.
  token = (JSON.parse(readFileSync(join(root, '.git/kitty/web.json'), 'utf8')) as { token: string }).token
  close = async () => {
    await mcp.close()
    await board.close()
  }
})
afterEach(() => close())

/** Asks as a program does: without an origin and without fetch metadata, which Node's own fetch would add. */
async function plainFetch(address: string | URL, init: RequestInit = {}): Promise<Response> {
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const headers = Object.fromEntries(new Headers(init.headers))
    const request = httpRequest(address, { method: init.method ?? 'GET', headers, agent: false }, resolve)
    request.once('error', reject)
    init.signal?.addEventListener('abort', () => request.destroy())
    request.end(typeof init.body === 'string' ? init.body : undefined)
  })
  answer.once('error', () => undefined)
  const headers = new Headers(
    Object.entries(answer.headers).map(([name, value]): [string, string] => [name, String(value)]),
  )
  const status = answer.statusCode ?? 500
  const body = status === 202 || status === 204 ? null : (Readable.toWeb(answer) as ReadableStream) // same class
  return new Response(body, { status, headers })
}

async function connected(generation: Generation, bearer = token): Promise<Client> {
  const client = new Client(
    { name: 'claude', version: '1' },
    { versionNegotiation: { mode: generation === '2025' ? 'legacy' : { pin: '2026-07-28' } } },
  )
  const requestInit = { headers: { authorization: `Bearer ${bearer}` } }
  await client.connect(new StreamableHTTPClientTransport(url, { requestInit, fetch: plainFetch }))
  return client
}

describe('MCP over HTTP', () => {
  it.each(GENERATIONS)('answers a client of the %s protocol by the same rules', async (generation) => {
    const client = await connected(generation)
    expect((await client.listTools()).tools).toHaveLength(8)
    const moved = await client.callTool({
      name: 'move',
      arguments: { wp: 'WP01', to: 'doing', expect: 'planned' },
    })
    expect(moved.structuredContent).toMatchObject({ new_status: 'doing' })
    const lost = await client.callTool({
      name: 'move',
      arguments: { wp: 'WP01', to: 'doing', expect: 'planned' },
    })
    expect(lost).toMatchObject({ isError: true, structuredContent: { error: { kind: 'LostRace' } } })
    await client.close()
  })

  it.each([
    ['in full', 'kitty://wp/001-login/WP02'],
    ['by a short name', 'kitty://wp/001/wp2'],
  ])('tells a listener of a changed package, named %s', async (_name, uri) => {
    const client = await connected('2026')
    const heard: string[] = []
    client.setNotificationHandler('notifications/resources/updated', ({ params }) => {
      heard.push(params.uri)
    })
    const subscription = await client.listen({ resourceSubscriptions: [uri] })
    await client.callTool({ name: 'record', arguments: { wp: 'WP02', note: 'hello' } })
    await expect.poll(() => heard, PATIENT).toContain(uri)
    expect(new Set(heard)).toEqual(new Set([uri]))
    await subscription.close()
    await client.close()
  })

  it.each([
    ['without the token', { authorization: 'Bearer wrong' }, 401],
    ['under another name', { host: 'evil.example' }, 421],
    ['from another site', { origin: 'https://evil.example' }, 403],
    ['from a page elsewhere', { 'sec-fetch-site': 'cross-site' }, 403],
    ['with more than a mebibyte', { 'content-length': String(2 * 1024 * 1024) }, 413],
  ])('is refused %s, as everything with data is', async (_, headers, status) => {
    const answer = await plainFetch(url, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
    })
    expect(answer.status).toBe(status)
  })
})
