import { inject, injectable } from 'inversify'
import { Scope } from '../services/scope.js'
import { Workshop } from '../web/workshop.js'
import { Session } from '../workspace/session.js'
import { ListenedNames } from './listened-names.js'
import { McpServers } from './mcp-servers.js'
import { ResourceUpdates } from './resource-updates.js'
import type { ProtocolServer } from './sdk.js'

export interface StdioOptions {
  readonly actor: string | undefined
  /** `--session`. Without it and without KITTY_SESSION, this process is its own session. */
  readonly session: string | undefined
  /** Called for messages that are none, and for failures that no answer can report. */
  readonly onProblem: (error: Error) => void
}

/** Serves one client over stdin and stdout, in either generation of the protocol. */
@injectable()
export class ServeStdio {
  constructor(
    @inject(McpServers) private readonly servers: McpServers,
    @inject(ResourceUpdates) private readonly updates: ResourceUpdates,
    @inject(Workshop) private readonly workshop: Workshop,
    @inject(Session) private readonly session: Session,
    @inject(Scope) private readonly scope: Scope,
  ) {}

  /** Runs until stdin ends or the client is gone. Work that has begun is finished. @throws KittyError UsageError */
  async serve({ actor, session: asked, onProblem }: StdioOptions): Promise<void> {
    const given = this.scope.provenance({ actor, session: asked }).session ?? null
    const session = given ?? this.session.nextId(this.session.now())
    const sdk = await import('./sdk.js')
    const end = new AbortController()
    const listened = new ListenedNames()
    class Transport extends sdk.StdioServerTransport {
      override async start(): Promise<void> {
        const pass = this.onmessage
        this.onmessage = (message) => {
          listened.hear(message)
          pass?.(message)
        }
        await super.start()
      }

      override async close(): Promise<void> {
        await super.close()
        end.abort()
      }
    }
    sdk.serveStdio(
      async ({ era }) => {
        const watched = new Watched()
        const server = await this.servers.create({
          actor,
          session,
          subscribed: (uri) => watched.add(uri, () => this.#announce(server, watched, onProblem, end.signal)),
          unsubscribed: (uri) => watched.uris.delete(uri),
        })
        // The SDK passes a 2026 client only what it listens for, and does not say what that is.
        if (era === 'modern') void this.#announce(server, listened, onProblem, end.signal)
        return server
      },
      { transport: new Transport(), onerror: (error) => onProblem(isNoMessage(error) ? noMessage() : error) },
    )
    await new Promise((resolve) => {
      end.signal.addEventListener('abort', resolve, { once: true })
    })
    await this.workshop.idle()
  }

  async #announce(
    server: ProtocolServer,
    asked: Watched | ListenedNames,
    onProblem: (error: Error) => void,
    signal: AbortSignal,
  ): Promise<void> {
    const report = (error: unknown): void => {
      if (!signal.aborted) onProblem(error instanceof Error ? error : new Error(String(error)))
    }
    const announce = (uri: string): void => {
      if (asked instanceof ListenedNames || asked.uris.has(uri))
        server.sendResourceUpdated({ uri }).catch(report)
    }
    const audience = { announce, failed: report, names: () => asked.all }
    await this.updates.follow(audience, signal).catch(report)
  }
}

/** The SDK's schema gives pages of reasons, one for each form of a message that a line is not. */
function isNoMessage({ name }: Error): boolean {
  return /^\$?ZodError$/.test(name)
}

function noMessage(): Error {
  return new Error('A line on stdin is no message of the protocol, and was skipped.')
}

/** What a client of the 2025 protocol wants to hear of. */
class Watched {
  readonly uris = new Set<string>()
  #isFollowing = false

  get all(): Iterable<string> {
    return this.uris
  }

  /** @param follow called for the first one */
  add(uri: string, follow: () => Promise<void>): void {
    this.uris.add(uri)
    if (this.#isFollowing) return
    this.#isFollowing = true
    void follow()
  }
}
