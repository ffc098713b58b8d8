import { inject, injectable } from 'inversify'
import { isKittyError } from '../errors/kitty-error.js'
import { HubFiles } from './hub-files.js'
import { HubLock } from './hub-lock.js'
import { PrivateLines } from '../files/private-lines.js'

/** At so many lines, the holder of the write lock drops what is done. */
const COMPACT_AT = 1_000
/** Compacting can wait: a process that reads the hub may hold its lock for as long as the network takes. */
const WAIT_MS = 1

/**
 * IDs of the events that this clone has to offer to the hub: `+ID`, and `-ID` once the hub has answered. An ID goes in
 * before its event goes into the log, so that no crash leaves out an event.
 */
@injectable()
export class Outbox {
  readonly #lines: PrivateLines

  constructor(
    @inject(HubFiles) files: HubFiles,
    @inject(HubLock) private readonly lock: HubLock,
  ) {
    this.#lines = new PrivateLines(files.path('outbox'))
  }

  /** In the order in which they came. */
  ids(): string[] {
    return [...waiting(this.#lines.read())]
  }

  /** The caller holds the write lock or the hub's lock. */
  add(ids: readonly string[]): void {
    this.#lines.add(ids.map((id) => `+${id}`))
  }

  done(ids: readonly string[]): void {
    this.#lines.add(ids.map((id) => `-${id}`))
  }

  /**
   * The caller holds the write lock, under which commands add. Readers of the hub add under the hub's lock: without it,
   * an ID that came in between reading and replacing would be lost, and its event would not be offered. A `-ID` comes
   * without a lock; if it gets lost, the hub answers `duplicate` once more.
   */
  async compact(): Promise<void> {
    if (this.#lines.read().length <= COMPACT_AT) return
    try {
      await this.lock.hold(async () => {
        this.#lines.replace(this.ids().map((id) => `+${id}`))
      }, WAIT_MS)
    } catch (error) {
      if (!isKittyError(error) || error.kind !== 'LockTimeout') throw error
    }
  }
}

function waiting(lines: readonly string[]): Set<string> {
  const ids = new Set<string>()
  for (const line of lines) {
    if (line.startsWith('+')) ids.add(line.slice(1))
    else ids.delete(line.slice(1))
  }
  return ids
}
