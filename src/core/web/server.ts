import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { shownJson } from '../errors/visible-json.js'
import type { Api } from './api.js'
import { type BoardFeed, failed } from './board-feed.js'
import { type Asking, denial, MAX_BODY_BYTES, type Policy } from './checks.js'
import { BadRequest, failureAnswer, plainFailure } from './failure-answer.js'
import { proofOf } from './proof.js'
import type { ShellFiles } from './shell-files.js'
import { EventStream } from './stream.js'

/** One browser needs one stream, but there may be many browsers behind a proxy. */
const MAX_STREAMS = 64
/** Characters of a nonce that count. The rest is ignored. */
const MAX_NONCE = 100

const ALWAYS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
}

/** Answers a request that has passed every check, as `/mcp` does. */
export type Mounted = (request: IncomingMessage, response: ServerResponse) => Promise<void>

export interface WebServerParts {
  readonly shell: ShellFiles
  readonly api: Api
  readonly feed: BoardFeed
  /** Other protocols' paths by name, such as `mcp`, behind the same checks as the API. */
  readonly mounted?: Readonly<Record<string, Mounted>> | undefined
  readonly tls?: { readonly cert: Buffer; readonly key: Buffer } | undefined
  /** Called when a page has come with the token of a link. */
  readonly opened: () => void
  /** The board's path as seen from outside: `/` or `/kitty/`. */
  readonly basePath: string
}

/** The board's HTTP server. It checks every request, then serves the page's files, the data and the stream. */
export class WebServer {
  readonly #server: Server
  readonly #streams = new Set<ServerResponse>()
  #policy: Policy | undefined

  constructor(private readonly parts: WebServerParts) {
    const listener: RequestListener = (request, response) => void this.#answer(request, response)
    this.#server = parts.tls === undefined ? createServer(listener) : createTlsServer(parts.tls, listener)
    // A header that trickles in must not hold a connection open forever.
    this.#server.headersTimeout = 10_000
    this.#server.requestTimeout = 30_000
  }

  /** @returns the port it listens on @throws Error EADDRINUSE, EACCES … */
  listen(port: number, host: string): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject)
      this.#server.listen({ port, host, exclusive: true }, () => {
        this.#server.off('error', reject)
        // Cast: the address of a listening TCP server is never the name of a pipe.
        resolve((this.#server.address() as AddressInfo).port)
      })
    })
  }

  /** Starts answering requests. Before this call every request is denied. */
  open(policy: Policy): void {
    this.#policy = policy
  }

  close(): Promise<void> {
    for (const stream of this.#streams) stream.destroy()
    return new Promise((resolve) => {
      this.#server.close(() => resolve())
      this.#server.closeAllConnections()
    })
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    for (const [name, value] of Object.entries(ALWAYS)) response.setHeader(name, value)
    try {
      await this.#route(request, response)
    } catch (error) {
      const { status, body } = failureAnswer(error)
      if (response.headersSent) response.destroy()
      else json(response, status, body)
    }
  }

  async #route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const policy = this.#policy
    const { basePath } = this.parts
    const url = new URL(`http://board${(request.url ?? '/').replace(/^\/*/, '/')}`)
    const isInside = url.pathname.startsWith(basePath)
    const path = isInside ? url.pathname.slice(basePath.length) : undefined
    const mounted =
      path !== undefined && Object.hasOwn(this.parts.mounted ?? {}, path)
        ? this.parts.mounted?.[path]
        : undefined
    const isData = mounted !== undefined || path?.startsWith('api/') === true
    const denied =
      policy === undefined
        ? { status: 503, message: 'The server is starting.' }
        : denial(isData ? 'data' : 'shell', askingOf(request), policy)
    if (denied !== undefined) {
      // An unread body must not keep the connection open.
      response.setHeader('connection', 'close')
      json(response, denied.status, plainFailure(denied.status, 'Denied', denied.message).body)
      return
    }
    if (isData && url.searchParams.has('opened')) this.parts.opened()
    if (mounted !== undefined) return mounted(request, response)
    if (path?.startsWith('api/') === true)
      return this.#data(request, response, path.slice(4), url.searchParams)
    if (path === 'proof') {
      const nonce = url.searchParams.get('nonce') ?? ''
      response.writeHead(200, { 'content-type': 'text/plain', 'cache-control': 'no-store' })
      response.end(proofOf(policy?.token ?? '', nonce.slice(0, MAX_NONCE)))
      return
    }
    if (path !== undefined) {
      this.#file(request, response, path)
      return
    }
    if (`${url.pathname}/` === basePath) response.writeHead(308, { location: basePath }).end()
    else notFound(response)
  }

  #file(request: IncomingMessage, response: ServerResponse, path: string): void {
    if (request.method !== 'GET' && request.method !== 'HEAD') return notAllowed(response, 'GET')
    const file = this.parts.shell.file(path)
    if (file === undefined) return notFound(response)
    const { type, bytes, etag } = file
    const headers = { 'content-type': type, etag, 'cache-control': 'no-cache' }
    if (isKnown(request.headers['if-none-match'], etag)) response.writeHead(304, headers).end()
    else
      response
        .writeHead(200, { ...headers, 'content-length': bytes.length })
        .end(request.method === 'HEAD' ? undefined : bytes)
  }

  async #data(
    request: IncomingMessage,
    response: ServerResponse,
    name: string,
    query: URLSearchParams,
  ): Promise<void> {
    if (name === 'stream' && request.method === 'GET') return this.#stream(request, response)
    if (name === 'stream') {
      notAllowed(response, 'GET')
      return
    }
    const route = this.parts.api.route(name)
    if (route === undefined) {
      notFound(response)
      return
    }
    if (request.method !== route.method) {
      notAllowed(response, route.method)
      return
    }
    const answer = await route.answer(route.method === 'POST' ? await bodyOf(request) : query)
    if (answer instanceof Uint8Array) {
      response
        .writeHead(200, { 'content-type': 'application/octet-stream', 'cache-control': 'no-store' })
        .end(answer)
    } else json(response, 200, answer)
  }

  async #stream(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (this.#streams.size >= MAX_STREAMS) {
      response.setHeader('retry-after', '5')
      json(response, 429, plainFailure(429, 'Crowded', `${MAX_STREAMS} pages are open already.`).body)
      return
    }
    this.#streams.add(response)
    const lastId = request.headers['last-event-id']
    const { send } = new EventStream(response)
    const listening = this.parts.feed.listen(typeof lastId === 'string' ? lastId : undefined, send)
    response.once('close', () => {
      this.#streams.delete(response)
      listening.then(
        (end) => end(),
        () => undefined,
      )
    })
    await listening.catch((error: unknown) => {
      send(failed(failureAnswer(error).body.error))
      response.end()
    })
  }
}

function askingOf({ method = 'GET', headers }: IncomingMessage): Asking {
  const fetchMetadata = Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      name.startsWith('sec-fetch-') && typeof value === 'string' ? [[name, value]] : [],
    ),
  )
  const length = headers['content-length']
  return {
    method,
    host: headers.host,
    origin: headers.origin,
    fetchMetadata,
    authorization: headers.authorization,
    contentLength: length === undefined ? undefined : Number(length),
  }
}

/** Whether a client has this version: a proxy that compresses marks its tag as weak, and a client may name several. */
function isKnown(tags: string | undefined, etag: string): boolean {
  return (tags ?? '').split(',').some((tag) => ['*', etag].includes(tag.trim().replace(/^W\//, '')))
}

/** @throws BadRequest if the body is too long or not JSON */
async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > MAX_BODY_BYTES)
      throw new BadRequest(413, `A request may have at most ${MAX_BODY_BYTES} bytes.`)
    chunks.push(chunk)
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'))
  } catch {
    throw new BadRequest(400, 'The body is not JSON.')
  }
}

function json(response: ServerResponse, status: number, body: object): void {
  const bytes = Buffer.from(shownJson(body))
  response
    .writeHead(status, {
      'content-type': 'application/json',
      'cache-control': 'no-store',
      'content-length': bytes.length,
    })
    .end(bytes)
}

function notFound(response: ServerResponse): void {
  json(response, 404, plainFailure(404, 'NotFound', 'There is no such page.').body)
}

function notAllowed(response: ServerResponse, method: string): void {
  response.setHeader('allow', method)
  json(response, 405, plainFailure(405, 'NotAllowed', `This page takes ${method}.`).body)
}
