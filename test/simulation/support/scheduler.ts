import { inside, Killed, type Process } from './machine.js'
import type { Random } from './random.js'

/** Turns of the event loop that a stream may take. */
const MOST_IDLE = 1_000

interface Waiting {
  readonly process: Process
  readonly isReady: () => boolean
  readonly go: () => void
}

/** Lets one process at a time go on, from one pause to the next; which one, the seed decides. */
export class Scheduler {
  readonly #waiting: Waiting[] = []
  #running = 0

  constructor(private readonly random: Random) {}

  /** Waits until it is the process's turn again, and until it may go on. @throws Killed when it may never */
  pause(process: Process, isReady: () => boolean = () => true): Promise<void> {
    return new Promise((resolve, reject) => {
      const go = (): void => {
        if (process.isDead) reject(new Killed())
        else resolve()
      }
      this.#waiting.push({ process, isReady: () => process.isDead || isReady(), go })
    })
  }

  /** Runs the work of several processes to its end. A process that is killed ends without an answer. */
  async run(works: ReadonlyMap<Process, () => Promise<void>>): Promise<void> {
    const failures: unknown[] = []
    for (const [process, work] of works) {
      this.#running += 1
      void inside(process, async () => {
        try {
          await this.pause(process)
          await work()
        } catch (error) {
          if (!process.isDead) failures.push(error)
        }
        this.#running -= 1
      })
    }
    let idle = 0
    while (this.#running > 0) {
      // Everything that the last one started ends in some pause: what it awaits is no thread's work.
      await new Promise((resolve) => setImmediate(resolve))
      const ready = this.#waiting.filter(({ isReady }) => isReady())
      idle = ready.length === 0 ? idle + 1 : 0
      if (idle > MOST_IDLE) throw new Error('every process waits for another one')
      if (ready.length === 0) continue
      const next = this.random.pick(ready)
      this.#waiting.splice(this.#waiting.indexOf(next), 1)
      next.go()
    }
    if (failures.length > 0) throw failures[0]
  }
}
