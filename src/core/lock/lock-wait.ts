const FIRST_WAIT_MS = 0.3
const LONGEST_WAIT_MS = 10
/** After this long there are probably many waiters; poll less often so that the holder gets the CPU. */
const PATIENT_AFTER_MS = 50
const PATIENT_WAIT_MS = 60
/** Newcomers poll more often than patient waiters, and would pass one again and again: after this long it polls as they do. */
const EAGER_AFTER_MS = 2_000
/** Times the limit that a process waits in all for a lock that goes from one holder to the next. */
const MOST_TURNS = 6

/**
 * How one process waits for a lock: when it tries again, and when it gives up. The limit counts for one holder. While
 * the lock changes hands, waiting is queueing, and worth more of it.
 */
export class LockWait {
  readonly #started: number
  #attempt = 0
  #turn: { readonly holder: string; readonly since: number }
  /** Whether the lock changed hands during the wait. */
  hasMovedOn = false

  /**
   * @param limitMs how long to wait for one holder
   * @param holder tells one holder from the next
   * @param now in milliseconds
   */
  constructor(
    private readonly limitMs: number,
    private readonly holder: () => string,
    private readonly now: () => number = () => process.uptime() * 1000,
  ) {
    this.#started = this.now()
    this.#turn = { holder: holder(), since: this.#started }
  }

  get waitedMs(): number {
    return this.now() - this.#started
  }

  /** Milliseconds until the next attempt, or undefined to give up. Call it after each attempt that failed. */
  next(): number | undefined {
    const waited = this.waitedMs
    const left = this.#turn.since + this.limitMs - this.now()
    if (left > 0) return Math.min(this.#pause(waited), left)
    const holder = this.holder()
    if (holder === this.#turn.holder || waited >= this.limitMs * MOST_TURNS) return undefined
    this.hasMovedOn = true
    this.#turn = { holder, since: this.now() }
    return Math.min(this.#pause(waited), this.limitMs)
  }

  /** Grows with each attempt, with a factor from 0.5 to 1.5, so that waiters do not poll in step. */
  #pause(waited: number): number {
    const isPatient = waited > PATIENT_AFTER_MS && waited <= EAGER_AFTER_MS
    const longest = isPatient ? PATIENT_WAIT_MS : LONGEST_WAIT_MS
    const pause = Math.min(longest, FIRST_WAIT_MS * 1.4 ** this.#attempt)
    this.#attempt += 1
    return pause * (0.5 + Math.random())
  }
}
