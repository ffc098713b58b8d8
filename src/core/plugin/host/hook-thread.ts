import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import type { LogEvent } from '../../events-lib.js'
import type { InstalledHook } from './extensions.js'

export interface HookThreadData {
  readonly module: string
  readonly hook: string
  readonly root: string
}

/** What the thread answers to a batch of events. */
export type HookAnswer = { readonly done: true } | { readonly failed: string }

const DEFAULT_TIMEOUT = 10_000
const SCRIPT = join(fileURLToPath(new URL('../../../../', import.meta.url)), 'dist', 'core', 'plugin', 'host', 'hook-worker.js')

/**
 * A hook at work in a thread of its own, so that whatever it does ends there: throwing, process.exit, a loop
 * without end, printing. Deliver one batch after the other.
 */
export class HookThread {
  readonly #worker: Worker
  readonly #timeout: number
  #failure: Error | undefined

  constructor({ hook, module }: InstalledHook, root: string) {
    this.#timeout = hook.timeout ?? DEFAULT_TIMEOUT
    const workerData: HookThreadData = { module, hook: hook.name, root }
    // Its stdout is not the command's: a JSON document stays the only thing there.
    this.#worker = new Worker(SCRIPT, { workerData, stdout: true, stderr: true, execArgv: [] })
    this.#worker.on('error', (error) => (this.#failure = error))
  }

  /** @throws Error when the hook throws, ends its thread or takes too long: the batch then counts as not delivered. */
  async deliver(events: readonly LogEvent[]): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure
    const answer = await new Promise<HookAnswer>((resolve) => {
      const timer = setTimeout(() => resolve({ failed: `it took longer than ${this.#timeout} ms` }), this.#timeout)
      const settle = (value: HookAnswer): void => {
        clearTimeout(timer)
        resolve(value)
      }
      this.#worker.once('message', settle)
      this.#worker.once('error', (error) => settle({ failed: error.message }))
      this.#worker.once('exit', () => settle({ failed: 'it ended its thread' }))
      this.#worker.postMessage(events)
    })
    this.#worker.removeAllListeners('message').removeAllListeners('exit')
    if ('failed' in answer) throw new Error(answer.failed)
  }

  async close(): Promise<void> {
    await this.#worker.terminate()
  }
}
