import { inject, injectable } from 'inversify'
import { isSameHolder, type Holder, type WorkflowTable } from '../../events-lib.js'
import type { BoardRow } from '../../index/board-row.js'
import { Archive } from '../../log/archive/archive.js'
import { Journal } from '../../log/repair/journal.js'
import type { LeaseDocument } from '../../projections/board-document.js'
import type { LeaseOf } from '../../projections/work-packages.js'
import { EventStore, Team, type TeamLink } from '../../store/event-store.js'
import { Config, Workflow } from '../../workspace/config.js'
import { Session } from '../../workspace/session.js'
import { LeaseFile, type LeaseRecords, type Seen } from './lease-file.js'

/** What a lease is computed from. Board rows and states both have it. */
export type Leasable = Pick<
  BoardRow,
  | 'feature_slug'
  | 'work_package_id'
  | 'lane'
  | 'lane_actor'
  | 'lane_session'
  | 'lane_event'
  | 'lane_since'
  | 'lane_sign'
>

/** By {@link leaseKey}; packages that no one holds have none. */
export type LeasesByPackage = ReadonlyMap<string, LeaseDocument>

/** The last event of a holder on its package. */
interface LastSign {
  readonly key: string
  readonly event: string
  readonly timestamp: string
}

export function leaseKey(feature: string, workPackage: string): string {
  return `${feature}/${workPackage}`
}

/** Looks up leases the way that documents do. */
export function leaseIn(leases: LeasesByPackage): LeaseOf {
  return (feature, workPackage) => leases.get(leaseKey(feature, workPackage)) ?? null
}

/**
 * How long a holder has a package: `claims.expire` from its last event on the package or its last renewal. Times of
 * events that this clone wrote count as they are; those of other clones from when this clone first saw them, since
 * their clocks may be wrong. A hub that has a lease for the claim decides by its own clock.
 */
@injectable()
export class Leases {
  constructor(
    @inject(EventStore) private readonly store: EventStore,
    @inject(Workflow) private readonly workflow: WorkflowTable,
    @inject(Config) private readonly config: Config,
    @inject(Session) private readonly session: Session,
    @inject(LeaseFile) private readonly file: LeaseFile,
    @inject(Journal) private readonly journal: Journal,
    @inject(Archive) private readonly archive: Archive,
    @inject(Team) private readonly team: { readonly link: TeamLink | undefined },
  ) {}

  /** The leases of the packages in working lanes. */
  async of(packages: readonly Leasable[]): Promise<LeasesByPackage> {
    const held = packages.filter(({ lane }) => this.workflow.working.includes(lane))
    const leases = new Map<string, LeaseDocument>()
    if (held.length === 0) return leases
    const records = await this.#notAhead(this.file.read())
    const seen = await this.#seen(held.flatMap(lastSign), records)
    for (const one of held) {
      const lease = this.#lease(one, seen, records)
      if (lease !== undefined) leases.set(leaseKey(one.feature_slug, one.work_package_id), lease)
    }
    return leases
  }

  /** The lease of one package; undefined if no one holds it. */
  async ofOne(one: Leasable): Promise<LeaseDocument | undefined> {
    return (await this.of([one])).get(leaseKey(one.feature_slug, one.work_package_id))
  }

  /**
   * Notes a sign of life of this holder.
   * @returns false if the holder does not have the package, and nothing was noted
   */
  async renew(feature: string, workPackage: string, holder: Holder): Promise<boolean> {
    const state = await this.store.workPackage(feature, workPackage)
    if (state?.lane_actor === undefined || state.lane_actor === null) return false
    if (!this.workflow.working.includes(state.lane)) return false
    if (!isSameHolder({ actor: state.lane_actor, session: state.lane_session }, holder)) return false
    // In another clone of the same holder, the hub's lease goes on by that clone's signs alone.
    if ((await this.team.link?.renew(feature, workPackage, holder)) === false) return true
    const at = this.session.now().toISOString()
    await this.file.add({ renewals: { [leaseKey(feature, workPackage)]: { ...holder, at } } })
    return true
  }

  /** Between two renewals a command that keeps a lease alive waits this long, in milliseconds. */
  get renewEvery(): number {
    return Math.max(1000, Math.min(60_000, Math.floor(this.config.claims.expire / 4)))
  }

  #lease(
    one: Leasable,
    seen: ReadonlyMap<string, Seen>,
    { renewals }: LeaseRecords,
  ): LeaseDocument | undefined {
    const key = leaseKey(one.feature_slug, one.work_package_id)
    const sign = seen.get(key)
    if (one.lane_actor === null || sign === undefined) return undefined
    const holder = { actor: one.lane_actor, session: one.lane_session }
    const renewal = renewals[key]
    const now = this.session.now().getTime()
    const renewed = renewal !== undefined && isSameHolder(renewal, holder) ? Date.parse(renewal.at) : 0
    const hub = this.team.link?.lease(one.feature_slug, one.work_package_id, one.lane_event)
    const own = hub !== undefined && (hub.isElsewhere || sign.elsewhere) ? 0 : Date.parse(sign.at)
    const signed = Math.max(own, (hub?.expires ?? 0) - this.config.claims.expire)
    const last = Math.min(now, Math.max(signed, renewed))
    const expires = last + this.config.claims.expire
    return {
      ...holder,
      since: one.lane_since,
      last_sign: new Date(last).toISOString(),
      expires_at: new Date(expires).toISOString(),
      ended: expires <= now,
      elsewhere: hub?.isElsewhere ?? sign.elsewhere,
    }
  }

  /**
   * A clock that was ahead and was set back leaves signs from the future. They count from now on: the lease of a holder
   * that is gone would otherwise go on until the clock is there again.
   */
  async #notAhead(records: LeaseRecords): Promise<LeaseRecords> {
    const now = this.session.now()
    const renewals = setBack(records.renewals, now)
    const seen = setBack(records.seen, now)
    if (Object.keys(renewals).length + Object.keys(seen).length === 0) return records
    await this.file.add({ renewals, seen })
    return { renewals: { ...records.renewals, ...renewals }, seen: { ...records.seen, ...seen } }
  }

  /** From when each last sign counts, by package. Remembers what this clone sees for the first time. */
  async #seen(signs: readonly LastSign[], { seen }: LeaseRecords): Promise<Map<string, Seen>> {
    const known = new Map<string, Seen>()
    const first: LastSign[] = []
    for (const sign of signs) {
      const earlier = seen[sign.key]
      if (earlier?.event === sign.event) known.set(sign.key, earlier)
      else first.push(sign)
    }
    if (first.length === 0) return known
    const own = await this.#writtenHere(new Set(first.map(({ event }) => event)))
    const now = this.session.now().toISOString()
    const added = first.map(({ key, event, timestamp }): [string, Seen] => {
      const elsewhere = !own.has(event)
      return [key, { event, at: elsewhere || timestamp > now ? now : timestamp, elsewhere }]
    })
    for (const [key, entry] of added) known.set(key, entry)
    await this.file.add({ seen: Object.fromEntries(added) })
    return known
  }

  /** Those of the events that this clone wrote: the journal has them, and the archive what the journal let go of. */
  async #writtenHere(ids: ReadonlySet<string>): Promise<ReadonlySet<string>> {
    const own = new Set<string>()
    for (const { event_id } of this.journal.read().lines) if (ids.has(event_id)) own.add(event_id)
    if (own.size === ids.size || !this.archive.exists()) return own
    for await (const day of this.archive.ids()) for (const id of day) if (ids.has(id)) own.add(id)
    return own
  }
}

/** Those of the entries that are ahead of the clock, as of now. */
function setBack<Entry extends { readonly at: string }>(
  entries: Readonly<Record<string, Entry>>,
  now: Date,
): Record<string, Entry> {
  const ahead = Object.entries(entries).filter(([, { at }]) => Date.parse(at) > now.getTime())
  return Object.fromEntries(ahead.map(([key, entry]) => [key, { ...entry, at: now.toISOString() }]))
}

function lastSign({ feature_slug, work_package_id, lane_sign }: Leasable): LastSign[] {
  if (lane_sign === null) return []
  const { event_id: event, timestamp } = lane_sign
  return [{ key: leaseKey(feature_slug, work_package_id), event, timestamp }]
}
