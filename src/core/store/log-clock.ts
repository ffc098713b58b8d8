import type { Notices } from '../errors/notices.js'
import type { LogEvent } from '../events-lib.js'
import type { ClockStorage } from '../log/clock-storage.js'
import { issueFrom } from './clock.js'

/** The log's Lamport clock: issued from the log and from what this clone remembers, saved after each append. */
export class LogClock {
  /**
   * While the store follows a tail, it writes clock.json only after the last event: replacing a file costs as much as
   * storing an event.
   */
  #unsaved: LogEvent | undefined

  constructor(
    private readonly storage: ClockStorage,
    private readonly notices: Notices,
  ) {}

  /**
   * Returns the next value to issue.
   * @param maximum the log's trusted maximum
   */
  next(maximum: number): number {
    const issue = issueFrom(this.storage.read(), maximum)
    this.#warn(issue.warning)
    return issue.next
  }

  /** Call it before the append: git may take the event away, and a kill keep us from what comes after. */
  remember(last: LogEvent | undefined): void {
    if (last !== undefined) this.#warn(this.storage.remember(last.lamport_clock + 1))
  }

  write(next: number, at: Date): void {
    this.#warn(this.storage.write(next, at))
  }

  writeAfter(last: LogEvent | undefined): void {
    if (last !== undefined) this.write(last.lamport_clock + 1, new Date(last.timestamp))
  }

  /** Leaves the clock after this event for `save`. */
  defer(last: LogEvent | undefined): void {
    this.#unsaved = last
  }

  get isUnsaved(): boolean {
    return this.#unsaved !== undefined
  }

  /** Saves the deferred clock, unless another process has issued since: it saves its own. */
  save(): void {
    const last = this.#unsaved
    if (last === undefined) return
    if (this.storage.read().own <= last.lamport_clock + 1) this.writeAfter(last)
    this.#unsaved = undefined
  }

  #warn(warning: string | undefined): void {
    if (warning !== undefined) this.notices.warn(warning)
  }
}
