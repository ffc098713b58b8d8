import { setTimeout as sleep } from 'node:timers/promises'
import { inject, injectable } from 'inversify'
import { inodeOf } from '../files/open-file.js'
import { LogChanges } from '../follow/log-changes.js'
import type { LogEvent } from '../events-lib.js'
import { LogFollower } from '../follow/log-follower.js'
import { EventLog, type LogLine } from '../log/event-log.js'
import { groupBy } from '../log/group-by.js'
import { Gates } from '../services/packages/gates.js'
import { EventStore } from '../store/event-store.js'
import { Workshop } from '../web/workshop.js'
import { Workspace } from '../workspace/workspace.js'
import { announcedAs, BOARD, featureOf, packageUri, urisOf } from './resources.js'

/** A resource is announced at most once in this many milliseconds, however often it changes. */
const EVERY_MS = 250

/** Who hears of changed resources. */
export interface Audience {
  readonly announce: (uri: string) => void
  /** What kept us from reading the log. We try again soon. */
  readonly failed: (error: unknown) => void
  /** Addresses that clients ask for in their own spelling, such as `kitty://wp/001/WP01`: announced, too. */
  readonly names?: () => Iterable<string>
}

interface Beginning {
  readonly tail: LogFollower
  /** Of the lines that the tail reads first. */
  readonly isNew: (line: LogLine) => boolean
}

/** Tells which resources changed, no matter which process wrote the events. Holds neither lock nor index in between. */
@injectable()
export class ResourceUpdates {
  /** Addresses that are announced as they are: no one needs to look them up again. */
  readonly #own = new Set<string>()

  constructor(
    @inject(Workshop) private readonly workshop: Workshop,
    @inject(EventLog) private readonly log: EventLog,
    @inject(Workspace) private readonly workspace: Workspace,
  ) {}

  /** Announces every change from this call on, until `signal` is aborted. */
  async follow({ announce, failed, names = () => [] }: Audience, signal: AbortSignal): Promise<void> {
    const changes = new LogChanges(this.log, this.workspace.eventsDir)
    const uris = new Set<string>()
    let begun: Beginning | undefined
    let hasFailed = false
    try {
      do {
        try {
          // After a failure we do not know what came first: then everything in the log may have changed.
          begun ??= hasFailed ? this.#fromStart() : await this.#begin()
          await this.#collect(begun, uris)
          begun = { tail: begun.tail, isNew: () => true }
          for (const uri of [...uris, ...(await this.#namesOf(uris, names()))]) announce(uri)
          uris.clear()
        } catch (error) {
          hasFailed = true
          changes.retry()
          failed(error)
        }
        await pause(signal)
        // Events that git removed have no line, but the board is another one.
        uris.add(BOARD)
      } while (await changes.next(signal))
    } finally {
      changes.close()
    }
  }

  #fromStart(): Beginning {
    return { tail: new LogFollower(this.log, []), isNew: () => true }
  }

  /** The log's end is as it is when this is called, before the index answers: what comes in between is news. */
  async #begin(): Promise<Beginning> {
    const files = new Map(this.log.list().map((file) => [file.name, file]))
    const positions = await this.workshop.run('mcp resources', async (services) =>
      (await services.resolve(EventStore)).positions(),
    )
    // A file that replaced another is news as a whole.
    const kept = positions.filter(
      ({ file, identity }) => inodeOf(files.get(file)?.identity ?? '') === inodeOf(identity),
    )
    const ends = new Map(kept.map(({ file }) => [file, files.get(file)?.size ?? 0]))
    const endOf = (file: string): number => ends.get(file) ?? 0
    return {
      // A file that has grown is read again.
      tail: new LogFollower(
        this.log,
        kept.filter(({ file, offset }) => offset <= endOf(file)),
      ),
      isNew: ({ file, offset, length }) => offset + length > endOf(file),
    }
  }

  /** Adds what the new events have changed; what was added before a failure is announced later. */
  async #collect({ tail, isNew }: Beginning, uris: Set<string>): Promise<void> {
    const gates: LogEvent[] = []
    for (const lines of tail.news())
      for (const line of lines) {
        const { event } = line
        if (event === undefined || !isNew(line)) continue
        for (const uri of urisOf(event)) uris.add(uri)
        if (event.entity_type === 'Gate') gates.push(event)
      }
    for (const uri of await this.#ofGates(gates)) uris.add(uri)
  }

  /** Which of the names mean one of these resources, and are spelled in another way. */
  async #namesOf(uris: ReadonlySet<string>, names: Iterable<string>): Promise<string[]> {
    const others = [...names].filter((name) => !uris.has(name) && !this.#own.has(name))
    if (uris.size === 0 || others.length === 0) return []
    return this.workshop.run('mcp resources', async (services) => {
      const meant: string[] = []
      for (const name of others) {
        const uri = await announcedAs(services, name)
        if (uri === name) this.#own.add(name)
        else if (uri !== undefined && uris.has(uri)) meant.push(name)
      }
      return meant
    })
  }

  /** The packages of gates: most of a gate's events name the gate alone. */
  async #ofGates(events: readonly LogEvent[]): Promise<string[]> {
    if (events.length === 0) return []
    return this.workshop.run('mcp resources', async (services) => {
      const gates = await services.resolve(Gates)
      const uris: string[] = []
      for (const [feature, changed] of groupBy(events, (event) => featureOf(event) ?? '')) {
        const ids = new Set<string>(changed.map(({ entity_id }) => entity_id))
        for (const { gate_id, work_package } of await gates.list(feature))
          if (ids.has(gate_id)) uris.push(packageUri(feature, work_package))
      }
      return uris
    })
  }
}

async function pause(signal: AbortSignal): Promise<void> {
  try {
    await sleep(EVERY_MS, undefined, { signal })
  } catch {
    // Aborted: the caller looks at the signal.
  }
}
