import { type FSWatcher, watch } from 'node:fs'
import { isKittyError, systemCode } from '../errors/kitty-error.js'
import type { EventLog, LogFile } from '../log/event-log.js'
import { dayOf, isDayFile, isOverlayFile } from '../log/format/day-file.js'
import { LookRhythm } from './look-rhythm.js'

/** How often we look at every file, in looks: a log has hundreds, and a board may stay open for days. */
const WHOLE_LOOK = 16

/** How long a board may be behind leases and package files, which change without the log. */
export const BOARD_MS = 120_000

/** How soon a reader that could not read what changed tries again, in milliseconds. */
const RETRY_MS = 2_000

/**
 * Waits for the log's files to change. The system's notifications only speed this up: what the files say decides. The
 * first change that it does not report is found within a second, and from then on, as where it reports none, each within
 * a quarter of a second; lines that are appended to a past day's file take 16 times as long.
 */
export class LogChanges {
  readonly #watcher: FSWatcher | undefined
  readonly #endListening: (() => void) | undefined
  #seen: string
  /** The files that are most likely to change, and what they and the folder said before the last look at everything. */
  #busy: readonly string[] = []
  #before = ''
  #looks = 0
  #isTold = false
  #trouble: Error | undefined
  /** Whether `trouble` has changed since the last `next`. */
  #isOtherTrouble = false
  /** When a reader that failed tries again, on the clock of `performance`. */
  #retryAt = Infinity
  readonly #rhythm: LookRhythm
  #wake: () => void = () => undefined

  /** @param mostMs how long a reader waits at most, in milliseconds, if it also shows what changes without the log */
  constructor(
    private readonly log: EventLog,
    eventsDir: string,
    private readonly mostMs = Infinity,
  ) {
    this.#seen = this.#look()
    this.#watcher = this.#watch(eventsDir)
    this.#rhythm = new LookRhythm(this.#watcher !== undefined)
    this.#endListening = log.keepFresh?.((trouble) => {
      this.#trouble = trouble
      this.#isOtherTrouble = true
      this.#wake()
    })
  }

  /** Why what other clones do cannot come in at present. */
  get trouble(): Error | undefined {
    return this.#trouble
  }

  /**
   * Resolves to true when the files or `trouble` differ from the last time, after `mostMs`, or after a `retry`; to false
   * once `signal` is aborted. Files that cannot be looked at differ from those that can: the caller's own read says why.
   */
  async next(signal: AbortSignal): Promise<boolean> {
    const end = performance.now() + this.mostMs
    while (!signal.aborted) {
      if (this.#isOtherTrouble) {
        this.#isOtherTrouble = false
        return true
      }
      this.#rhythm.looks()
      if (this.#mayHaveChanged()) {
        const wasTold = this.#isTold
        const now = this.#look()
        if (now !== this.#seen) {
          this.#seen = now
          this.#rhythm.found(wasTold)
          return true
        }
      }
      if (performance.now() >= Math.min(end, this.#retryAt)) {
        this.#retryAt = Infinity
        return true
      }
      await this.#pause(signal)
    }
    return false
  }

  /**
   * Lets `next` resolve soon, whatever the files say. For a reader that failed: what kept it from reading, such as broken
   * settings, may be put right without a change of the log.
   */
  retry(): void {
    this.#retryAt = performance.now() + RETRY_MS
  }

  close(): void {
    this.#endListening?.()
    this.#watcher?.close()
  }

  /** False only if a look at everything would most likely find nothing. */
  #mayHaveChanged(): boolean {
    this.#looks += 1
    return this.#isTold || this.#looks >= WHOLE_LOOK || this.#glance() !== this.#before
  }

  #look(): string {
    this.#isTold = false
    this.#looks = 0
    this.#before = this.#glance()
    return stateOf(() => {
      const files = this.log.list()
      const busy = busyFiles(files)
      if (busy.join() !== this.#busy.join()) {
        // Look again at what was not in the glance: it may have changed since the listing.
        this.#busy = busy
        this.#before = ''
      }
      return files.map(textOf)
    })
  }

  #glance(): string {
    return stateOf(() => {
      const files = this.#busy.map((name) => this.log.find(name))
      return [this.log.folderState(), ...files.map((file) => (file === undefined ? '' : textOf(file)))]
    })
  }

  #pause(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer)
        signal.removeEventListener('abort', done)
        resolve()
      }
      const timer = setTimeout(done, this.#rhythm.pollMs)
      signal.addEventListener('abort', done)
      this.#wake = done
    })
  }

  #watch(folder: string): FSWatcher | undefined {
    try {
      // Ignore the index and its side files: they are in the same folder and change with every reader.
      const watcher = watch(folder, { persistent: false }, (_, name) => {
        if (name !== null && !isDayFile(name)) return
        this.#isTold = true
        this.#rhythm.told()
        this.#wake()
      })
      watcher.on('error', () => {
        watcher.close()
        this.#rhythm.lost()
      })
      return watcher
    } catch {
      // The folder does not exist yet, or the system is out of watches: we poll the listing anyway.
      return undefined
    }
  }
}

/**
 * The files of today, and those that a hub fills. Also the newest day's: this clock may be behind. A file of a day to come,
 * which a clock ahead has left, is no reason to look past today's.
 */
function busyFiles(files: readonly LogFile[]): string[] {
  const days = files.flatMap(({ name }) => (isOverlayFile(name) ? [] : [dayOf(name)]))
  const newest = days.reduce((last, day) => (day > last ? day : last), '')
  const busy = new Set([newest, dayOf(new Date().toISOString())])
  return files.flatMap(({ name }) => (isOverlayFile(name) || busy.has(dayOf(name)) ? [name] : []))
}

/** Someone may put a link among the files, or take their permissions away, and put it right later. */
function stateOf(look: () => readonly string[]): string {
  try {
    return look().join('\n')
  } catch (error) {
    if (!isKittyError(error) && systemCode(error) === undefined) throw error
    return `failed: ${error instanceof Error ? error.message : ''}`
  }
}

function textOf({ name, size, identity }: LogFile): string {
  return `${name} ${size} ${identity}`
}
