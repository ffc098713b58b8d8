import type { ArrivalOrder } from './arrival-order.js'
import type { LogFollower } from './log-follower.js'

/** Where the last call of a process has left the stream of events; a process that answers many goes on from there. */
export class ArrivalMemory {
  left: { readonly eventsDir: string; readonly order: ArrivalOrder; readonly tail: LogFollower } | undefined
}
