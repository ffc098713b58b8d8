import { inject, injectable } from 'inversify'
import { Exclusive } from '../../../aspects/exclusive.js'
import { isKittyError, KittyError } from '../../errors/kitty-error.js'
import type { Hub } from '../../hub/hub.js'
import { HubDoor } from '../../hub/hub-door.js'
import { HubFiles } from '../../hub/hub-files.js'
import { HubLock } from '../../hub/hub-lock.js'
import { HubRedactions } from '../../hub/hub-redactions.js'
import { Intents } from '../../hub/intents.js'
import { Offer } from '../../hub/offer.js'
import { Outbox } from '../../hub/outbox.js'
import { Receive } from '../../hub/receive.js'
import { Settle } from '../../hub/settle.js'
import { EventStore } from '../../store/event-store.js'
import { Config } from '../../workspace/config.js'

const CONNECT_MS = 5_000
/** While we hold the write lock, in milliseconds. */
const LOCKED_MS = 3_000

export interface HubStatusResult {
  readonly repo: string
  readonly hosts: readonly string[]
  readonly database: string
  readonly joined: boolean
  readonly reached: boolean
  /** The server that answered; null if none did. */
  readonly server: string | null
  readonly may: string | null
  /** Why it was not reached; null if it was. */
  readonly problem: string | null
  /** Events on the hub; null if not reached. */
  readonly events: number | null
  /** When this clone last read the hub to its end, RFC 3339 UTC; null if never. */
  readonly read_at: string | null
  /** Events that came in just now. */
  readonly received: number
  /** Events that the hub took just now. */
  readonly offered: number
  /** Events of this clone that still wait for the hub. */
  readonly waiting: number
  /** What was sent without an answer, for people. */
  readonly not_confirmed: readonly string[]
  /** IDs of events that are redacted here and whose content the hub has; null if not reached. */
  readonly redacted_only_here: readonly string[] | null
}

/** Brings hub and clone to the same state as far as possible, and says how both are. */
@injectable()
export class HubStatus {
  constructor(
    @inject(Config) private readonly config: Config,
    @inject(HubDoor) private readonly door: HubDoor,
    @inject(HubFiles) private readonly files: HubFiles,
    @inject(Receive) private readonly receive: Receive,
    @inject(Offer) private readonly offer: Offer,
    @inject(Outbox) private readonly outbox: Outbox,
    @inject(Settle) private readonly settle: Settle,
    @inject(EventStore) readonly store: EventStore,
    @inject(Intents) private readonly intents: Intents,
    @inject(HubRedactions) private readonly redactions: HubRedactions,
    @inject(HubLock) private readonly lock: HubLock,
  ) {}

  /** @throws KittyError UsageError without a hub, HubMismatch */
  async status(): Promise<HubStatusResult> {
    const { hub } = this.config
    if (hub === undefined)
      throw new KittyError('UsageError', 'This repository has no hub.', {
        nextSteps: ['kitty hub init HOST --database NAME'],
      })
    const joined = this.files.joined() !== undefined
    const now = joined ? await this.#exchange() : NOTHING
    const readAt = this.files.state()?.readAt
    const { repo, hosts, database } = hub
    return {
      repo,
      hosts,
      database,
      joined,
      ...now,
      read_at: readAt === undefined ? null : new Date(readAt).toISOString(),
      waiting: this.outbox.ids().length,
      not_confirmed: this.intents.all().map(({ what }) => what),
    }
  }

  async #exchange(): Promise<Exchange> {
    const address = this.door.address()
    try {
      const hub = await this.door.connect(address, CONNECT_MS)
      try {
        const { may } = await hub.about()
        if (may !== 'read' && this.intents.all().length > 0) await this.settleAll(hub)
        hub.allow(Infinity)
        const received = await this.lock.hold(async () => {
          const answer = await this.receive.toTheEnd(hub, { compares: true })
          await this.receive.tidy()
          return answer
        })
        await this.purge()
        const offered = may === 'read' ? 0 : await this.offer.all(hub)
        const onlyHere = await this.redactions.withContentOn(hub)
        this.files.markUp()
        const { seq } = await hub.about()
        const { server } = hub
        return {
          reached: true,
          server,
          may,
          problem: null,
          events: seq,
          received: received.events,
          offered,
          redacted_only_here: onlyHere,
        }
      } finally {
        await hub.close()
      }
    } catch (error) {
      if (!isKittyError(error)) throw error
      return { ...NOTHING, problem: error.message }
    }
  }

  @Exclusive
  protected async settleAll(hub: Hub): Promise<void> {
    hub.allow(LOCKED_MS)
    await this.settle.forgetStored()
    await this.settle.all(hub)
  }

  @Exclusive
  protected async purge(): Promise<void> {
    await this.redactions.purge()
  }
}

type Exchange = Pick<
  HubStatusResult,
  'reached' | 'server' | 'may' | 'problem' | 'events' | 'received' | 'offered' | 'redacted_only_here'
>

const NOTHING: Exchange = {
  reached: false,
  server: null,
  may: null,
  problem: null,
  events: null,
  received: 0,
  offered: 0,
  redacted_only_here: null,
}
