import type { Notices } from '../errors/notices.js'
import { CLOCK_GAP, type LogEvent } from '../events-lib.js'
import type { ClockStorage } from '../log/clock-storage.js'
import { issueFrom } from './clock.js'

/** The log's Lamport clock: issued from the log and clock.json, saved after each append. */
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
    if (issue.warning !== undefined) this.notices.warn(issue.warning)
    return issue.next
  }

  write(next: number, at: Date): void {
    const warning = this.storage.write(next, at)
    if (warning !== undefined) this.notices.warn(warning)
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

  /** Saves the deferred clock, unless other writers have saved a valid one since. */
  save(): void {
    if (this.#unsaved === undefined) return
    const next = this.#unsaved.lamport_clock + 1
    const saved = this.storage.read()
    if (!('value' in saved && saved.value >= next && saved.value <= next + CLOCK_GAP))
      this.writeAfter(this.#unsaved)
    this.#unsaved = undefined
  }
}
