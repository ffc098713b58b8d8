import { setTimeout as sleep } from 'node:timers/promises'
import { inject, injectable } from 'inversify'
import { LogChanges } from '../follow/log-changes.js'
import type { LogEvent } from '../events-lib.js'
import { LogFollower } from '../follow/log-follower.js'
import { EventLog } from '../log/event-log.js'
import { Gates } from '../services/packages/gates.js'
import { EventStore } from '../store/event-store.js'
import { Workshop } from '../web/workshop.js'
import { Workspace } from '../workspace/workspace.js'
import { featureOf, packageUri, urisOf } from './resources.js'

/** A resource is announced at most once in this many milliseconds, however often it changes. */
const EVERY_MS = 250

/** Tells which resources changed, no matter which process wrote the events. Holds neither lock nor index in between. */
@injectable()
export class ResourceUpdates {
  constructor(
    @inject(Workshop) private readonly workshop: Workshop,
    @inject(EventLog) private readonly log: EventLog,
    @inject(Workspace) private readonly workspace: Workspace,
  ) {}

  /** Runs until `signal` is aborted. */
  async follow(announce: (uri: string) => void, signal: AbortSignal): Promise<void> {
    const positions = await this.workshop.run('mcp resources', async (services) =>
      (await services.resolve(EventStore)).positions(),
    )
    const tail = new LogFollower(this.log, positions)
    const changes = new LogChanges(this.log, this.workspace.eventsDir)
    const uris = new Set<string>()
    try {
      do {
        const events = [...tail.news()].flat().flatMap(({ event }) => event ?? [])
        for (const uri of events.flatMap(urisOf)) uris.add(uri)
        for (const uri of await this.#ofGates(events.filter(isGate))) uris.add(uri)
        for (const uri of uris) announce(uri)
        uris.clear()
        await pause(signal)
        // Events that git removed have no line, but the board is another one.
        uris.add(BOARD)
      } while (await changes.next(signal))
    } finally {
      changes.close()
    }
  }

  /** The packages of gates: most of a gate's events name the gate alone. */
  async #ofGates(events: readonly LogEvent[]): Promise<string[]> {
    const features = new Set(events.flatMap((event) => featureOf(event) ?? []))
    if (features.size === 0) return []
    const changed = new Set<string>(events.map(({ entity_id }) => entity_id))
    return this.workshop.run('mcp resources', async (services) => {
      const service = await services.resolve(Gates)
      const gates = await Promise.all([...features].map((feature) => service.list(feature)))
      return gates
        .flat()
        .filter(({ gate_id }) => changed.has(gate_id))
        .map(({ feature, work_package }) => packageUri(feature, work_package))
    })
  }
}

const BOARD = 'kitty://board'

const isGate = ({ entity_type }: LogEvent): boolean => entity_type === 'Gate'

async function pause(signal: AbortSignal): Promise<void> {
  try {
    await sleep(EVERY_MS, undefined, { signal })
  } catch {
    // Aborted: the caller looks at the signal.
  }
}
