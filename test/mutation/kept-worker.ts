import { type PoolOptions, type PoolRunnerInitializer, type PoolWorker, ThreadsPoolWorker } from 'vitest/node'

type Listener = Parameters<PoolWorker['on']>[1]

/** Each run leaves listeners in the thread. */
const RUNS_OF_A_THREAD = 200

let thread: ThreadsPoolWorker | undefined
let runs = 0

/**
 * A thread that outlives the run: loading the program takes much longer than the few tests that a mutant needs. Vitest
 * ends its workers with each run; this one pretends to end.
 */
class KeptWorker implements PoolWorker {
  readonly name = 'kept'
  readonly #options: PoolOptions
  readonly #listeners: [event: string, listener: Listener][] = []

  constructor(options: PoolOptions) {
    this.#options = options
  }

  async start(): Promise<void> {
    runs += 1
    if (thread !== undefined && runs % RUNS_OF_A_THREAD !== 0) return
    await thread?.stop()
    thread = new ThreadsPoolWorker(this.#options)
    await thread.start()
    thread.on('exit', () => (thread = undefined))
  }

  on(event: string, listener: Listener): void {
    this.#listeners.push([event, listener])
    thread?.on(event, listener)
  }

  off(event: string, listener: Listener): void {
    thread?.off(event, listener)
  }

  send(message: Parameters<PoolWorker['send']>[0]): void {
    if (message.type !== 'stop') return thread?.send(message)
    for (const [event, listener] of this.#listeners) {
      if (event === 'message') listener({ type: 'stopped', __vitest_worker_response__: true })
    }
  }

  async stop(): Promise<void> {
    for (const [event, listener] of this.#listeners) thread?.off(event, listener)
  }

  deserialize(data: unknown): unknown {
    return data
  }
}

/** Ends the thread for good. */
export async function endKeptWorker(): Promise<void> {
  await thread?.stop()
}

export const keptWorker: PoolRunnerInitializer = {
  name: 'kept',
  createPoolWorker: (options) => new KeptWorker(options),
}
