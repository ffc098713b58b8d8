import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { inject, injectable } from 'inversify'
import { Notices } from '../errors/notices.js'
import { MAX_BODY_BYTES } from '../web/checks.js'
import { ListenedNames } from './listened-names.js'
import { McpServers } from './mcp-servers.js'
import { ResourceUpdates } from './resource-updates.js'
import type { McpHttpHandler } from './sdk.js'
import { UpdateBus } from './update-bus.js'

/** As many as the board serves to pages. */
const MAX_SUBSCRIPTIONS = 64

/**
 * The same server over HTTP, mounted behind the board's checks: one instance for each request. Requests have no session,
 * so the holder of what they claim is the actor.
 */
@injectable()
export class ServeHttp {
  #handler: Promise<McpHttpHandler> | undefined
  readonly #bus: UpdateBus
  readonly #listened = new ListenedNames()

  constructor(
    @inject(McpServers) private readonly servers: McpServers,
    @inject(ResourceUpdates) updates: ResourceUpdates,
    @inject(Notices) private readonly notices: Notices,
  ) {
    const failed = (error: unknown): void => this.#report(error)
    const names = (): Iterable<string> => this.#listened.all
    this.#bus = new UpdateBus((announce, signal) =>
      updates.follow({ announce, failed, names }, signal).catch(failed),
    )
  }

  /** Answers one request that has passed every check. Loads the protocol with the first. */
  readonly answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    this.#handler ??= this.#open()
    const gone = new AbortController()
    response.once('close', () => gone.abort())
    const asked = webRequest(request, gone.signal)
    if (isListening(asked))
      this.#listened.hear(
        await asked
          .clone()
          .json()
          .catch(() => undefined),
      )
    const answer = await (await this.#handler).fetch(asked)
    response.writeHead(answer.status, Object.fromEntries(answer.headers))
    if (answer.body === null) {
      response.end()
      return
    }
    try {
      await pipeline(answer.body, response)
    } catch (error) {
      // A client that leaves ends its own stream.
      if (!gone.signal.aborted) throw error
    }
  }

  async close(): Promise<void> {
    this.#bus.close()
    await (await this.#handler)?.close()
  }

  async #open(): Promise<McpHttpHandler> {
    const { createMcpHandler } = await import('./sdk.js')
    return createMcpHandler(
      ({ era }) =>
        this.servers.create({
          actor: undefined,
          session: null,
          // Clients of the 2026 protocol listen on the bus; those of the 2025 one would need a connection.
          ...(era === 'modern' && { subscribed: () => undefined }),
        }),
      {
        bus: this.#bus,
        maxSubscriptions: MAX_SUBSCRIPTIONS,
        maxRequestBodySize: MAX_BODY_BYTES,
        onerror: (error) => this.#report(error),
      },
    )
  }

  #report(error: unknown): void {
    this.notices.warn(`MCP: ${error instanceof Error ? error.message : String(error)}`)
  }
}

/** Whether a client of the 2026 protocol begins to listen. A longer message is refused, and one of unknown length may be. */
function isListening({ headers }: Request): boolean {
  const length = headers.get('content-length')
  return (
    headers.get('mcp-method') === 'subscriptions/listen' &&
    length !== null &&
    Number(length) <= MAX_BODY_BYTES
  )
}

function webRequest(request: IncomingMessage, signal: AbortSignal): Request {
  const { method = 'GET' } = request
  const headers = new Headers()
  for (const [name, value] of Object.entries(request.headers))
    for (const one of [value ?? []].flat()) headers.append(name, one)
  const hasBody = method !== 'GET' && method !== 'HEAD'
  return new Request(new URL(request.url ?? '/', 'http://board'), {
    method,
    headers,
    signal,
    ...(hasBody && { body: Readable.toWeb(request), duplex: 'half' }),
  })
}
