import { Worker } from 'node:worker_threads'
import type { LogEvent } from '../../events-lib.js'
import type { InstalledHook } from './extensions.js'
import { workerScript } from './worker-script.js'

export interface HookThreadData {
  readonly module: string
  readonly hook: string
  readonly root: string
}

/** What the thread posts after loading the hook, and after each batch of events. */
export type HookAnswer = { readonly done: true } | { readonly failed: string }

/** Time limits in milliseconds: for a thread to load its plugin, and for a batch if the hook does not set its own. */
const START_TIMEOUT = 30_000
const BATCH_TIMEOUT = 10_000
/** A timer that is set for longer fires at the next moment. */
const LONGEST_TIMEOUT = 2 ** 31 - 1
const SCRIPT = workerScript('hook-worker')

/**
 * Runs a hook in its own thread, which contains whatever the hook does: throwing, process.exit, an endless loop,
 * printing. Deliver one batch after the other.
 */
export class HookThread {
  readonly #worker: Worker
  readonly #timeout: number
  readonly #started: Promise<HookAnswer>

  constructor({ hook, module }: InstalledHook, root: string) {
    this.#timeout = Math.min(hook.timeout ?? BATCH_TIMEOUT, LONGEST_TIMEOUT)
    const workerData: HookThreadData = { module, hook: hook.name, root }
    // Keep the hook's output off the command's stdout, so that a JSON document remains the only thing there.
    this.#worker = new Worker(SCRIPT, { workerData, stdout: true, stderr: true, execArgv: [] })
    // Drop it: a hook that waits until its output is written would otherwise wait forever.
    this.#worker.stdout.resume()
    this.#worker.stderr.resume()
    // An error between two batches is reported by the next one, since the thread has ended by then.
    this.#worker.on('error', () => undefined)
    this.#started = this.#answer(START_TIMEOUT)
  }

  /** @throws Error if the hook throws, ends its thread or takes too long. The batch then counts as not delivered. */
  async deliver(events: readonly LogEvent[]): Promise<void> {
    assertDone(await this.#started)
    const answer = this.#answer(this.#timeout)
    this.#worker.postMessage(events)
    assertDone(await answer)
  }

  async close(): Promise<void> {
    await this.#worker.terminate()
  }

  /** The thread's next message, or the failure that came instead. */
  #answer(timeout: number): Promise<HookAnswer> {
    return new Promise((resolve) => {
      const settle = (answer: HookAnswer): void => {
        clearTimeout(timer)
        this.#worker.off('message', settle).off('error', failed).off('exit', ended)
        resolve(answer)
      }
      const failed = (error: Error): void => settle({ failed: error.message })
      const ended = (): void => settle({ failed: 'it ended its thread' })
      const timer = setTimeout(() => settle({ failed: `it took longer than ${timeout} ms` }), timeout)
      this.#worker.on('message', settle).on('error', failed).on('exit', ended)
    })
  }
}

function assertDone(answer: HookAnswer): void {
  if ('failed' in answer) throw new Error(answer.failed)
}
