import { type FSWatcher, watch } from 'node:fs'
import type { EventLog } from '../log/event-log.js'
import { isDayFile } from '../log/format/day-file.js'

/** How often we poll where the system reports no changes, in milliseconds. */
const POLL_MS = 250

/**
 * Waits for the log's files to change. The system's notifications only speed this up: a folder listing decides. So a
 * lost notification, a network file system or a folder that git recreated costs at most a quarter of a second.
 */
export class LogChanges {
  readonly #watcher: FSWatcher | undefined
  readonly #endListening: (() => void) | undefined
  #seen: string
  #wake: () => void = () => undefined

  constructor(
    private readonly log: EventLog,
    eventsDir: string,
  ) {
    this.#seen = this.#look()
    this.#watcher = this.#watch(eventsDir)
    this.#endListening = log.keepFresh?.()
  }

  /** Resolves to true when the files differ from the last time, or to false when `signal` is aborted. */
  async next(signal: AbortSignal): Promise<boolean> {
    while (!signal.aborted) {
      const now = this.#look()
      if (now !== this.#seen) {
        this.#seen = now
        return true
      }
      await this.#pause(signal)
    }
    return false
  }

  close(): void {
    this.#endListening?.()
    this.#watcher?.close()
  }

  #look(): string {
    return this.log
      .list()
      .map(({ name, size, identity }) => `${name} ${size} ${identity}`)
      .join('\n')
  }

  #pause(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer)
        signal.removeEventListener('abort', done)
        resolve()
      }
      const timer = setTimeout(done, POLL_MS)
      signal.addEventListener('abort', done)
      this.#wake = done
    })
  }

  #watch(folder: string): FSWatcher | undefined {
    try {
      // Ignore the index and its side files: they are in the same folder and change with every reader.
      const watcher = watch(folder, { persistent: false }, (_, name) => {
        if (name === null || isDayFile(name)) this.#wake()
      })
      watcher.on('error', () => {
        watcher.close()
      })
      return watcher
    } catch {
      // The folder does not exist yet, or the system is out of watches: we poll the listing anyway.
      return undefined
    }
  }
}
