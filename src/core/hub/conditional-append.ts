import { inject, injectable } from 'inversify'
import { isKittyError, type KittyError } from '../errors/kitty-error.js'
import { Notices } from '../errors/notices.js'
import { isKittyEvent, type LogEvent, type WorkflowTable } from '../events-lib.js'
import type { AppendedLine } from '../log/event-log.js'
import { MovedOn } from '../store/moved-on.js'
import { Config, Workflow } from '../workspace/config.js'
import type { AppendAnswer, Appended, Hub, Outgoing } from './hub.js'
import { didNothing } from './hub-failure.js'
import { HubLeases } from './hub-leases.js'
import { HubRedactions } from './hub-redactions.js'
import { claimRefused, givenUp, notConfirmed, notMade } from './hub-refusals.js'
import { HubSession } from './hub-session.js'
import { firstOf, type Intent, intentOf, Intents } from './intents.js'
import { Offer } from './offer.js'
import { OutgoingEvents } from './outgoing-events.js'
import type { Moved } from './receive.js'
import { Settle } from './settle.js'

/**
 * The order in which a decided event reaches hub and log: what is uncertain is settled, what the hub lacks is offered,
 * everything is read; then the intent, the append, the log. See docs/team.md. The caller holds the write lock.
 */
@injectable()
export class ConditionalAppend {
  constructor(
    @inject(HubSession) private readonly session: HubSession,
    @inject(Intents) private readonly intents: Intents,
    @inject(Offer) private readonly offer: Offer,
    @inject(OutgoingEvents) private readonly outgoing: OutgoingEvents,
    @inject(Settle) private readonly settle: Settle,
    @inject(HubRedactions) private readonly redactions: HubRedactions,
    @inject(HubLeases) private readonly leases: HubLeases,
    @inject(Config) private readonly config: Config,
    @inject(Workflow) private readonly workflow: WorkflowTable,
    @inject(Notices) private readonly notices: Notices,
  ) {}

  /**
   * @param fresh IDs that this process wrote @returns undefined when the events go on without the hub
   * @throws MovedOn when the decision must be made again; KittyError as `TeamLink.publish`
   */
  async publish(
    events: readonly LogEvent[],
    fresh: ReadonlySet<string>,
    isOffline: boolean,
    store: () => AppendedLine[],
  ): Promise<AppendedLine[] | undefined> {
    const outgoing = await this.outgoing.of(events)
    const streams = await this.outgoing.decisive(events, outgoing)
    await this.settle.forgetStored()
    await this.redactions.purge()
    if (isOffline) {
      this.#refuseUncertain(streams)
      this.notices.warn('Written without the hub: another clone may have changed the same in the meantime.')
      return undefined
    }
    const ready = await this.#ready(events, streams, fresh)
    if (ready === undefined) return undefined
    const { moved } = ready
    if (moved === 'any' || streams.some((stream) => moved.has(stream))) throw new MovedOn()
    return this.#append(ready, events, outgoing, store)
  }

  /** Brings both sides to the same state; undefined when the events go on without the hub. */
  async #ready(
    events: readonly LogEvent[],
    streams: readonly string[],
    fresh: ReadonlySet<string>,
  ): Promise<Ready | undefined> {
    try {
      const hub = await this.session.locked()
      if (await this.settle.all(hub)) throw new MovedOn()
      await this.offer.all(hub, fresh)
      // Before reading: an event that comes in between makes the append fail, and is never overlooked.
      const versions = hub.versions(streams)
      // Awaited last, so that both share a round trip.
      versions.catch(() => undefined)
      const moved = await this.session.readForDecision(hub)
      return { hub, versions: await versions, moved }
    } catch (error) {
      if (!isKittyError(error)) throw error
      await this.#goWithout(error, events, streams)
      return undefined
    }
  }

  /** @throws KittyError for what must not be decided without the hub */
  async #goWithout(
    error: KittyError,
    events: readonly LogEvent[],
    streams: readonly string[],
  ): Promise<void> {
    await this.session.drop(error)
    this.#refuseUncertain(streams)
    if (this.#isClaim(events) && this.config.hub?.offline_claims !== 'allow') throw claimRefused(error)
    this.notices.warn(`${error.message} This was written here, and is offered to the hub later.`)
  }

  async #append(
    { hub, versions }: Ready,
    events: readonly LogEvent[],
    outgoing: readonly Outgoing[],
    store: () => AppendedLine[],
  ): Promise<AppendedLine[] | undefined> {
    const intent = intentOf(events, outgoing)
    const changes = this.leases.changes(events, outgoing)
    this.intents.add(intent)
    const answers = await this.#answers(() => hub.append(outgoing, versions, changes), intent)
    if (isKittyError(answers)) {
      await this.#goWithout(answers, events, intent.streams)
      return undefined
    }
    if (answers.every((answer) => answer === 'appended' || answer === 'duplicate')) {
      const lines = store()
      this.intents.remove(firstOf(intent))
      return lines
    }
    this.intents.remove(firstOf(intent))
    if (answers.every((answer) => answer === 'refused')) {
      await this.session.readForDecision(hub)
      throw new MovedOn()
    }
    throw givenUp(intent)
  }

  /**
   * An append without an answer is settled immediately, or stays uncertain until a later command settles it.
   * @returns why the hub stores nothing at present, if it said so
   */
  async #answers(
    append: () => Promise<readonly Appended[]>,
    intent: Intent,
  ): Promise<AppendAnswer[] | KittyError> {
    let why: KittyError
    try {
      return (await append()).map(({ answer }) => answer)
    } catch (error) {
      if (!isKittyError(error)) throw error
      await this.session.close()
      // A role without the right, or a server that stores nothing, could not settle it.
      if (didNothing(error)) {
        this.intents.remove(firstOf(intent))
        if (error.kind === 'HubUnreachable') return error
        throw error
      }
      why = error
    }
    let isMade: boolean
    try {
      isMade = await this.settle.isMade(await this.session.locked(), intent)
    } catch (error) {
      if (!isKittyError(error)) throw error
      await this.session.drop(error)
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
}

interface Ready {
  readonly hub: Hub
  readonly versions: ReadonlyMap<string, number>
  /** Streams of which there was something that the decision may lack. */
  readonly moved: Moved
}
