import { inject, injectable } from 'inversify'
import { isKittyError } from '../errors/kitty-error.js'
import { Notices } from '../errors/notices.js'
import type { Holder, LogEvent } from '../events-lib.js'
import type { AppendedLine } from '../log/event-log.js'
import type { EventOrigin, TeamLease, TeamLink } from '../store/event-store.js'
import { Config } from '../workspace/config.js'
import { Session } from '../workspace/session.js'
import { ConditionalAppend } from './conditional-append.js'
import { DoneElsewhere } from './done-elsewhere.js'
import { HubFiles } from './hub-files.js'
import { HubLeases } from './hub-leases.js'
import { shownAsOf } from './hub-failure.js'
import { HubSession } from './hub-session.js'
import { LocalEvents } from './local-events.js'
import { Offer } from './offer.js'
import { Outbox } from './outbox.js'
import { Receive } from './receive.js'
import { isConditional } from './streams.js'

/** A read does not ask again within this time, in milliseconds. */
const FRESH_MS = 2_000

/** A store's link to the hub that this clone has joined. */
@injectable()
export class HubLink implements TeamLink {
  #isOffline = false
  /** Events of this process that the hub lacks: signs of life of their holders. */
  readonly #fresh = new Set<string>()

  constructor(
    @inject(HubSession) private readonly hub: HubSession,
    @inject(ConditionalAppend) private readonly conditional: ConditionalAppend,
    @inject(HubFiles) private readonly files: HubFiles,
    @inject(Outbox) private readonly outbox: Outbox,
    @inject(Offer) private readonly offer: Offer,
    @inject(Receive) private readonly receive: Receive,
    @inject(LocalEvents) private readonly local: LocalEvents,
    @inject(DoneElsewhere) private readonly doneElsewhere: DoneElsewhere,
    @inject(HubLeases) private readonly leases: HubLeases,
    @inject(Config) private readonly config: Config,
    @inject(Session) private readonly session: Session,
    @inject(Notices) private readonly notices: Notices,
  ) {}

  goOffline(): void {
    this.#isOffline = true
  }

  begin(): void {
    this.hub.begin()
  }

  beginDecision(): void {
    this.hub.beginDecision()
  }

  async refresh(isUrgent = false): Promise<boolean> {
    const readAt = this.files.state()?.readAt ?? 0
    const age = this.session.now().getTime() - readAt
    const isFresh = isUrgent ? this.hub.isCurrent : age >= 0 && age < FRESH_MS && !this.receive.hasMoved()
    if (this.#isOffline || isFresh) return false
    try {
      const hub = await this.hub.moment()
      const moved = await (isUrgent ? this.hub.readForDecision(hub, true) : this.hub.read(hub, true))
      return moved === 'any' || moved.size > 0
    } catch (error) {
      if (!isKittyError(error)) throw error
      // Another process is reading it for us.
      if (error.kind === 'LockTimeout') return false
      this.notices.warn(`${error.message} ${shownAsOf(readAt)}.`)
      // Once per process is enough.
      this.#isOffline = true
      await this.hub.pause(error)
      return false
    }
  }

  async publish(
    events: readonly LogEvent[],
    origin: EventOrigin,
    store: () => AppendedLine[],
  ): Promise<AppendedLine[]> {
    const isDecided = origin !== 'imported' && events.some(isConditional)
    const lines = isDecided
      ? await this.conditional.publish(events, this.#fresh, origin === 'offline', store)
      : undefined
    const stored = lines ?? (await this.#locally(events, store))
    await this.doneElsewhere.warn(events)
    return stored
  }

  unmerged(): Promise<readonly LogEvent[]> {
    return this.local.onlyFromHub()
  }

  async roles(ids: readonly string[]): Promise<ReadonlyMap<string, string> | undefined> {
    if (ids.length === 0 || this.#isOffline) return undefined
    try {
      const lines = await (await this.hub.question()).lines(ids)
      return new Map(lines.map(({ event_id, role }) => [event_id, role]))
    } catch (error) {
      if (!isKittyError(error)) throw error
      await this.hub.close()
      return undefined
    }
  }

  lease(feature: string, workPackage: string, claim: string | null): TeamLease | undefined {
    return this.leases.of(feature, workPackage, claim)
  }

  async renew(feature: string, workPackage: string, holder: Holder): Promise<boolean> {
    if (this.#isOffline) return true
    try {
      const hub = await this.hub.moment()
      const { clone } = this.leases
      return await hub.renew(
        this.leases.renewal(feature, workPackage, holder),
        clone,
        this.config.claims.expire,
      )
    } catch (error) {
      if (!isKittyError(error)) throw error
      await this.hub.pause(error)
      return true
    }
  }

  async close(): Promise<void> {
    try {
      if (this.#isOffline || this.outbox.ids().length === 0) return
      await this.offer.all(await this.hub.moment(), this.#fresh)
    } catch (error) {
      // The outbox keeps it: the next command offers it again, and `hub status` says what waits.
      if (!isKittyError(error)) throw error
      await this.hub.pause(error)
    } finally {
      await this.hub.close()
    }
  }

  /** The log first, as without a hub. The ID goes into the outbox before, so that no crash keeps the event from others. */
  async #locally(events: readonly LogEvent[], store: () => AppendedLine[]): Promise<AppendedLine[]> {
    await this.outbox.compact()
    this.outbox.add(events.map(({ event_id }) => event_id))
    for (const { event_id } of events) this.#fresh.add(event_id)
    return store()
  }
}
