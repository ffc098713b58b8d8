import { Worker } from 'node:worker_threads'
import type { LogEvent } from '../../events-lib.js'
import type { InstalledHook } from './extensions.js'
import { workerScript } from './worker-script.js'

export interface HookThreadData {
  readonly module: string
  readonly hook: string
  readonly root: string
}

/** What the thread says once it has loaded the hook, and to each batch of events. */
export type HookAnswer = { readonly done: true } | { readonly failed: string }

/** Milliseconds for a thread to load its plugin, and for a batch where the hook says nothing else. */
const START_TIMEOUT = 30_000
const BATCH_TIMEOUT = 10_000
const SCRIPT = workerScript('hook-worker')

/**
 * A hook at work in a thread of its own, so that whatever it does ends there: throwing, process.exit, a loop
 * without end, printing. Deliver one batch after the other.
 */
export class HookThread {
  readonly #worker: Worker
  readonly #timeout: number
  readonly #started: Promise<HookAnswer>

  constructor({ hook, module }: InstalledHook, root: string) {
    this.#timeout = hook.timeout ?? BATCH_TIMEOUT
    const workerData: HookThreadData = { module, hook: hook.name, root }
    // Its stdout is not the command's: a JSON document stays the only thing there.
    this.#worker = new Worker(SCRIPT, { workerData, stdout: true, stderr: true, execArgv: [] })
    // An error that comes between two batches is the next one's answer: the thread has ended then.
    this.#worker.on('error', () => undefined)
    this.#started = this.#answer(START_TIMEOUT)
  }

  /** @throws Error when the hook throws, ends its thread or takes too long: the batch then counts as not delivered. */
  async deliver(events: readonly LogEvent[]): Promise<void> {
    assertDone(await this.#started)
    const answer = this.#answer(this.#timeout)
    this.#worker.postMessage(events)
    assertDone(await answer)
  }

  async close(): Promise<void> {
    await this.#worker.terminate()
  }

  /** The thread's next word, or what came in its place. */
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
