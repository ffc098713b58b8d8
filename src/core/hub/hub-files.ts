import { join } from 'node:path'
import { inject, injectable } from 'inversify'
import { readPrivateFile, removePrivateFile, writePrivateFile } from '../files/private-file.js'
import { Workspace } from '../workspace/workspace.js'
import type { HubAddress } from './hub-address.js'
import type { HubCursor, HubLease } from './hub.js'

/** What the user agreed to: `config.json` comes with the repository and may name another hub tomorrow. */
export interface JoinedHub extends HubAddress {
  /** RFC 3339 UTC. */
  readonly since: string
}

/** How far this clone has read the hub. */
export interface HubState {
  readonly cursor: HubCursor
  /** The highest timeline seen. */
  readonly timeline: number
  readonly server: string
  /** When the hub was last read to its end, in milliseconds since 1970. */
  readonly readAt: number
  /** Where HEAD was then: see `headState`. */
  readonly head?: string
  /** The commit of that HEAD. */
  readonly commit?: string | undefined
  /** In the same file: every read writes it, and durable writes cost more than the reading. */
  readonly lately?: KnownLately | undefined
}

/** What the hub last said apart from the events. */
export interface KnownLately {
  /** When it said so, in milliseconds since 1970 by this machine's clock. */
  readonly at: number
  readonly leases: readonly HubLease[]
  readonly redacted: readonly string[]
}

/** Until when the hub is left alone, in milliseconds since 1970; 0 if it is not. */
export interface HubPauses {
  readonly down: number
  /** By reads, which wait for a moment only. */
  readonly slow: number
}

/** What this clone keeps about its hub, in the private folder. The caller of `putState` holds the hub's lock. */
@injectable()
export class HubFiles {
  constructor(@inject(Workspace) private readonly workspace: Workspace) {}

  joined(): JoinedHub | undefined {
    // Casts: only kitty writes these files, whole, and the folder is private.
    return this.#read('joined.json') as JoinedHub | undefined
  }

  /** A clone that joins its repository again stays the one that it was: it keeps its leases. */
  join(hub: JoinedHub): void {
    const before = this.joined()
    this.#write('joined.json', before?.repo === hub.repo ? { ...hub, since: before.since } : hub)
  }

  leave(): void {
    removePrivateFile(this.path('joined.json'))
    this.forgetServer()
  }

  /** What was read of one server says nothing of another. */
  forgetServer(): void {
    for (const name of ['state.json', 'down.json']) removePrivateFile(this.path(name))
  }

  state(): HubState | undefined {
    return this.#read('state.json') as HubState | undefined
  }

  /** Without a state, or with an old one, the clone compares or reads again; only the timeline must not go back. */
  putState(state: HubState): void {
    this.#write('state.json', state, state.timeline !== this.state()?.timeline)
  }

  lately(): KnownLately {
    return this.state()?.lately ?? { at: 0, leases: [], redacted: [] }
  }

  pauses(): HubPauses {
    const { down = 0, slow = 0 } = (this.#read('down.json') ?? {}) as Partial<HubPauses>
    return { down, slow }
  }

  pause(pauses: HubPauses): void {
    this.#write('down.json', pauses)
  }

  markUp(): void {
    removePrivateFile(this.path('down.json'))
  }

  path(name: string): string {
    return join(this.workspace.privateDir, 'hub', name)
  }

  #read(name: string): object | undefined {
    const text = readPrivateFile(this.path(name))
    if (text === undefined) return undefined
    try {
      const value: unknown = JSON.parse(text)
      return typeof value === 'object' && value !== null ? value : undefined
    } catch {
      return undefined
    }
  }

  #write(name: string, value: object, isDurable = true): void {
    writePrivateFile(this.path(name), `${JSON.stringify(value)}\n`, isDurable)
  }
}
