import { inject, injectable } from 'inversify'
import { isKittyError, type KittyError } from '../errors/kitty-error.js'
import { Notices } from '../errors/notices.js'
import { encodeEvent, type Holder, isKittyEvent, type LogEvent, type WorkflowTable } from '../events-lib.js'
import type { AppendedLine } from '../log/event-log.js'
import { LockOf } from '../lock/write-lock.js'
import type { EventOrigin, TeamLease, TeamLink } from '../store/event-store.js'
import { MovedOn } from '../store/moved-on.js'
import { Config, Workflow } from '../workspace/config.js'
import { Session } from '../workspace/session.js'
import type { AppendAnswer, Appended, Hub, Outgoing } from './hub.js'
import { HubDoor } from './hub-door.js'
import { claimRefused, givenUp, notConfirmed, notMade } from './hub-refusals.js'
import { HubFiles } from './hub-files.js'
import { HubLeases } from './hub-leases.js'
import { HubRedactions } from './hub-redactions.js'
import { type Intent, Intents } from './intents.js'
import { LocalEvents } from './local-events.js'
import { Offer } from './offer.js'
import { Outbox } from './outbox.js'
import { Receive } from './receive.js'
import { Settle } from './settle.js'
import { featureStream, isConditional } from './streams.js'

/** All hub calls under one hold of the write lock, in milliseconds. */
const LOCKED_MS = 3_000
/** What a read, or a command that is done, spends on the hub. */
const MOMENT_MS = 300
/** A read does not ask again within this time. */
const FRESH_MS = 2_000

/** Of the lock under which overlay and cursor change. No worktree has this name. */
const LOCK = 'hub'

/**
 * The order in which events reach hub and log. A conditional event: what is uncertain is settled, what the hub lacks is
 * offered, everything is read; then the intent, the append, the log. Any other event goes to the log first. See
 * docs/team.md.
 */
@injectable()
export class HubLink implements TeamLink {
  #hub: Hub | undefined
  #until = 0
  #isOffline = false
  /** The hub has been read to its end since the write lock was taken. */
  #isCurrent = false
  /** Events of this process that the hub lacks: signs of life of their holders. */
  readonly #fresh = new Set<string>()

  constructor(
    @inject(HubDoor) private readonly door: HubDoor,
    @inject(HubFiles) private readonly files: HubFiles,
    @inject(Intents) private readonly intents: Intents,
    @inject(Outbox) private readonly outbox: Outbox,
    @inject(Offer) private readonly offer: Offer,
    @inject(Receive) private readonly receive: Receive,
    @inject(Settle) private readonly settle: Settle,
    @inject(LocalEvents) private readonly local: LocalEvents,
    @inject(HubRedactions) private readonly redactions: HubRedactions,
    @inject(HubLeases) private readonly leases: HubLeases,
    @inject(LockOf) private readonly lockOf: LockOf,
    @inject(Config) private readonly config: Config,
    @inject(Workflow) private readonly workflow: WorkflowTable,
    @inject(Session) private readonly session: Session,
    @inject(Notices) private readonly notices: Notices,
  ) {}

  unmerged(): Promise<readonly LogEvent[]> {
    return this.local.onlyFromHub()
  }

  async roles(ids: readonly string[]): Promise<ReadonlyMap<string, string> | undefined> {
    if (ids.length === 0 || this.#isOffline) return undefined
    try {
      const lines = await (await this.#reach(LOCKED_MS, true)).lines(ids)
      return new Map(lines.map(({ event_id, role }) => [event_id, role]))
    } catch (error) {
      if (!isKittyError(error)) throw error
      await this.#disconnect()
      return undefined
    }
  }

  lease(feature: string, workPackage: string, claim: string | null): TeamLease | undefined {
    return this.leases.of(feature, workPackage, claim)
  }

  async renew(feature: string, workPackage: string, holder: Holder): Promise<boolean> {
    if (this.#isOffline) return true
    try {
      const hub = await this.#reach(MOMENT_MS, true)
      const { clone } = this.leases
      return await hub.renew(
        this.leases.renewal(feature, workPackage, holder),
        clone,
        this.config.claims.expire,
      )
    } catch (error) {
      if (!isKittyError(error)) throw error
      if (error.kind === 'HubUnreachable') this.door.markSlow()
      await this.#disconnect()
      return true
    }
  }

  goOffline(): void {
    this.#isOffline = true
  }

  begin(): void {
    this.#until = performance.now() + LOCKED_MS
    this.#isCurrent = false
  }

  async refresh(isUrgent = false): Promise<boolean> {
    const readAt = this.files.state()?.readAt ?? 0
    const age = this.session.now().getTime() - readAt
    const isFresh = isUrgent ? this.#isCurrent : age >= 0 && age < FRESH_MS && !this.receive.hasMoved()
    if (this.#isOffline || isFresh) return false
    try {
      return (await this.#read(await this.#reach(MOMENT_MS, true), MOMENT_MS)).size > 0
    } catch (error) {
      if (!isKittyError(error)) throw error
      // Another process is reading it for us.
      if (error.kind === 'LockTimeout') return false
      const asOf = readAt === 0 ? 'never read' : `as of ${new Date(readAt).toISOString().slice(11, 16)} UTC`
      this.notices.warn(`${error.message} What the hub has is shown ${asOf}.`)
      // Once per process is enough.
      this.#isOffline = true
      // A slow answer keeps the next reads away, not the next claim, which waits for longer.
      if (error.kind === 'HubUnreachable') this.door.markSlow()
      await this.#disconnect()
      return false
    }
  }

  async publish(
    events: readonly LogEvent[],
    origin: EventOrigin,
    store: () => AppendedLine[],
  ): Promise<AppendedLine[]> {
    if (origin === 'imported' || !events.some(isConditional)) return this.#locally(events, store)
    const outgoing = await this.#outgoing(events)
    const streams = await this.#readBy(events, outgoing)
    await this.settle.forgetStored()
    await this.redactions.purge()
    const ready = await this.#ready(events, streams, origin === 'offline')
    if (ready === undefined) return this.#locally(events, store)
    if (streams.some((stream) => ready.moved.has(stream))) throw new MovedOn()
    return this.#conditionally(ready, events, outgoing, store)
  }

  async close(): Promise<void> {
    try {
      if (this.#isOffline || this.outbox.ids().length === 0) return
      await this.offer.all(await this.#reach(MOMENT_MS, true), this.#fresh)
    } catch (error) {
      // The outbox keeps it: the next command offers it again, and `hub status` says what waits.
      if (!isKittyError(error)) throw error
      if (error.kind === 'HubUnreachable') this.door.markSlow()
    } finally {
      await this.#disconnect()
    }
  }

  /** The log first, as without a hub. The ID goes into the outbox before, so that no crash keeps the event from others. */
  #locally(events: readonly LogEvent[], store: () => AppendedLine[]): AppendedLine[] {
    this.outbox.compact()
    this.outbox.add(events.map(({ event_id }) => event_id))
    for (const { event_id } of events) this.#fresh.add(event_id)
    return store()
  }

  /** Brings both sides to the same state; undefined when the events go on without the hub. */
  async #ready(
    events: readonly LogEvent[],
    streams: readonly string[],
    isOffline: boolean,
  ): Promise<Ready | undefined> {
    if (isOffline) {
      this.#refuseUncertain(streams)
      this.notices.warn('Written without the hub: another clone may have changed the same in the meantime.')
      return undefined
    }
    try {
      const hub = await this.#reach(this.#left())
      if (await this.settle.all(hub)) throw new MovedOn()
      await this.offer.all(hub, this.#fresh)
      // Before reading: an event that comes in between makes the append fail, and is never overlooked.
      const versions = await hub.versions(streams)
      return { hub, versions, moved: await this.#read(hub, this.#left()) }
    } catch (error) {
      if (!isKittyError(error)) throw error
      await this.#drop(error)
      this.#refuseUncertain(streams)
      if (this.#isClaim(events) && this.config.hub?.offline_claims !== 'allow') throw claimRefused(error)
      this.notices.warn(`${error.message} This was written here, and is offered to the hub later.`)
      return undefined
    }
  }

  async #conditionally(
    { hub, versions }: Ready,
    events: readonly LogEvent[],
    outgoing: readonly Outgoing[],
    store: () => AppendedLine[],
  ): Promise<AppendedLine[]> {
    const intent = intentOf(events, outgoing)
    const changes = this.leases.changes(events, outgoing)
    const first = firstOf(intent)
    this.intents.add(intent)
    const append = () => hub.append(outgoing, versions, changes)
    const answers = await this.#append(append, intent)
    if (answers.every((answer) => answer === 'appended' || answer === 'duplicate')) {
      const lines = store()
      this.intents.remove(first)
      return lines
    }
    this.intents.remove(first)
    if (answers.every((answer) => answer === 'refused')) {
      await this.#read(hub, this.#left())
      throw new MovedOn()
    }
    throw givenUp(intent)
  }

  /** An append without an answer is settled at once, or stays uncertain until a later command settles it. */
  async #append(append: () => Promise<readonly Appended[]>, intent: Intent): Promise<AppendAnswer[]> {
    let why: KittyError
    try {
      return (await append()).map(({ answer }) => answer)
    } catch (error) {
      if (!isKittyError(error)) throw error
      await this.#disconnect()
      // The server has answered: it did nothing, and a role without the right could not settle it.
      if (error.kind === 'HubDenied') {
        this.intents.remove(firstOf(intent))
        throw error
      }
      why = error
    }
    let isMade: boolean
    try {
      isMade = await this.settle.isMade(await this.#reach(this.#left()), intent)
    } catch (error) {
      if (!isKittyError(error)) throw error
      await this.#drop(error)
      throw notConfirmed(intent)
    }
    if (isMade) return ['appended']
    throw notMade(intent, why)
  }

  /** @throws KittyError HubUnreachable while an earlier append to one of the streams is uncertain */
  #refuseUncertain(streams: readonly string[]): void {
    const uncertain = this.intents.all().find((intent) => intent.streams.some((one) => streams.includes(one)))
    if (uncertain !== undefined) throw notConfirmed(uncertain)
  }

  #isClaim(events: readonly LogEvent[]): boolean {
    return events.some(
      (event) =>
        isKittyEvent(event) &&
        event.event_type === 'WPStatusChanged' &&
        this.workflow.working.includes(event.payload.new_status),
    )
  }

  async #outgoing(events: readonly LogEvent[]): Promise<Outgoing[]> {
    return Promise.all(
      events.map(async (event) => ({
        event_id: event.event_id,
        stream: await this.offer.stream(event),
        day: event.timestamp.slice(0, 10),
        line: Buffer.from(encodeEvent(event)).subarray(0, -1),
      })),
    )
  }

  /** The streams that decide about these events: their own, their features', and those they depend on. */
  async #readBy(events: readonly LogEvent[], outgoing: readonly Outgoing[]): Promise<string[]> {
    const streams = new Set(outgoing.map(({ stream }) => stream))
    for (const { payload, entity_type, entity_id } of events) {
      const feature = featureStream(payload.feature_slug)
      streams.add(feature)
      if (entity_type !== 'WorkPackage') continue
      for (const id of await this.local.dependencies(payload.feature_slug, entity_id))
        streams.add(`${feature}/${id}`)
    }
    return [...streams]
  }

  #left(): number {
    return Math.max(1, this.#until - performance.now())
  }

  async #reach(ms: number, isMoment = false): Promise<Hub> {
    this.#hub ??= await this.door.open(ms, isMoment)
    this.#hub.allow(ms)
    return this.#hub
  }

  /** @returns the streams of which there was something new */
  async #read(hub: Hub, ms: number): Promise<ReadonlySet<string>> {
    const lock = this.lockOf(LOCK, ms)
    const held = await lock.acquire('read the hub')
    try {
      const { streams } = await this.receive.toTheEnd(hub)
      this.#isCurrent = true
      return streams
    } finally {
      held.release()
      lock.close()
    }
  }

  /** Leaves a hub that does not answer alone for a while. */
  async #drop(error: KittyError): Promise<void> {
    if (error.kind === 'HubUnreachable') this.door.markDown()
    await this.#disconnect()
  }

  async #disconnect(): Promise<void> {
    const hub = this.#hub
    this.#hub = undefined
    await hub?.close()
  }
}

interface Ready {
  readonly hub: Hub
  readonly versions: ReadonlyMap<string, number>
  /** Streams of which there was something new. */
  readonly moved: ReadonlySet<string>
}

function firstOf({ events }: Intent): string {
  return events[0]?.id ?? ''
}

function intentOf(events: readonly LogEvent[], outgoing: readonly Outgoing[]): Intent {
  const [first] = events
  return {
    events: outgoing.map(({ event_id, line }, at) => ({
      id: event_id,
      timestamp: events[at]?.timestamp ?? '',
      line: line.toString('utf8'),
    })),
    streams: [...new Set(outgoing.map(({ stream }) => stream))],
    what: `${first?.event_type ?? ''} of ${first?.entity_id ?? ''}`,
  }
}
