import { type FSWatcher, watch } from 'node:fs'
import type { EventLog } from '../log/event-log.js'
import { isDayFile } from '../log/format/day-file.js'

/** How late a change is noticed where the system does not tell, in milliseconds. */
const POLL_MS = 250

/**
 * Waits for the log's files to change. The system's own notices only make it quicker: a folder listing decides, so
 * that a lost notice, a network file system or a folder that git made anew costs a quarter of a second at most.
 */
export class LogChanges {
  readonly #watcher: FSWatcher | undefined
  #seen: string
  #wake: () => void = () => undefined

  constructor(
    private readonly log: EventLog,
    eventsDir: string,
  ) {
    this.#seen = this.#look()
    this.#watcher = this.#watch(eventsDir)
  }

  /** Resolves when the files differ from the last time: true; or when `signal` is aborted: false. */
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
      // The index and its side files lie in the same folder and change with every reader.
      const watcher = watch(folder, { persistent: false }, (_, name) => {
        if (name === null || isDayFile(name)) this.#wake()
      })
      watcher.on('error', () => {
        watcher.close()
      })
      return watcher
    } catch {
      // No folder yet, or no watches left: the listing is looked at all the same.
      return undefined
    }
  }
}
