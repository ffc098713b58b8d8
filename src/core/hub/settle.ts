import { inject, injectable } from 'inversify'
import type { RawLine } from '../log/event-log.js'
import type { Hub } from './hub.js'
import { firstOf, type Intent, Intents } from './intents.js'
import { LocalEvents } from './local-events.js'

/** Finds out what became of appends whose answer did not arrive. The caller holds the write lock. */
@injectable()
export class Settle {
  constructor(
    @inject(Intents) private readonly intents: Intents,
    @inject(LocalEvents) private readonly local: LocalEvents,
  ) {}

  /** Needs no hub: an intent whose events are in the log was interrupted after its last step. */
  async forgetStored(): Promise<void> {
    for (const intent of this.intents.all())
      if (await this.local.hasInLog(idsOf(intent))) this.intents.remove(firstOf(intent))
  }

  /** @returns whether events came into the log */
  async all(hub: Hub): Promise<boolean> {
    let isMade = false
    for (const intent of this.intents.all()) {
      if (!(await this.isMade(hub, intent))) continue
      await this.local.adopt(linesOf(intent))
      this.intents.remove(firstOf(intent))
      isMade = true
    }
    return isMade
  }

  /** True: the hub has it, and the caller stores it. False: it was not made and never will be; the intent is gone. */
  async isMade(hub: Hub, intent: Intent): Promise<boolean> {
    const state = await hub.settle(firstOf(intent))
    if (state === 'void') this.intents.remove(firstOf(intent))
    return state === 'made'
  }
}

function idsOf({ events }: Intent): string[] {
  return events.map(({ id }) => id)
}

function linesOf({ events }: Intent): RawLine[] {
  return events.map(({ id, timestamp, line }) => ({
    event_id: id,
    timestamp,
    bytes: Buffer.from(`${line}\n`),
  }))
}
