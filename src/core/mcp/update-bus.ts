import type { ServerEvent, ServerEventBus } from './sdk.js'

type Listener = (event: ServerEvent) => void

/** Carries changed resources to those who listen. Follows the log only while someone does. */
export class UpdateBus implements ServerEventBus {
  readonly #listeners = new Set<Listener>()
  #following: AbortController | undefined

  /** @param follow announces changed resources until the signal is aborted; reports its own failures */
  constructor(
    private readonly follow: (announce: (uri: string) => void, signal: AbortSignal) => Promise<void>,
  ) {}

  publish(event: ServerEvent): void {
    for (const listener of [...this.#listeners]) listener(event)
  }

  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener)
    if (this.#following === undefined) {
      this.#following = new AbortController()
      void this.follow((uri) => this.publish({ kind: 'resource_updated', uri }), this.#following.signal)
    }
    return () => {
      this.#listeners.delete(listener)
      if (this.#listeners.size === 0) this.close()
    }
  }

  close(): void {
    this.#following?.abort()
    this.#following = undefined
  }
}
