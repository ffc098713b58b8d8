import { isSameActor, isSameHolder, type Holder, type WorkflowTable } from '../../events-lib.js'
import type { BoardRow } from '../../index/board-row.js'
import type { LeaseDocument, ReadyDocument } from '../../projections/board-document.js'
import { awaitsReview, isSentBack } from '../../rules/work-lanes.js'

/** Why a package is offered, best first. */
export const OFFERS = [
  'in_work',
  'rejected',
  'review',
  'lease_ended_long_ago',
  'ready',
  'lease_ended',
  'other_session',
] as const

export type Offer = (typeof OFFERS)[number]

/** A package to work on next. */
export interface Candidate {
  readonly offer: Offer
  readonly row: BoardRow
  readonly lease: LeaseDocument | null
  /** Packages that would have nothing else to wait for once this one is done. */
  readonly unblocks: readonly string[]
}

export interface NextFacts {
  readonly rows: readonly BoardRow[]
  readonly ready: readonly ReadyDocument[]
  readonly table: WorkflowTable
  readonly holder: Holder
  readonly now: number
  /** How long a holder keeps what was sent back, in milliseconds. */
  readonly expire: number
  readonly leaseOf: (row: BoardRow) => LeaseDocument | null
  /** Orders features from the oldest. */
  readonly ageOf: (feature: string) => string
}

/** A lease that ended before this many milliseconds comes before ready packages. */
const LONG_AGO = 24 * 3_600_000

/** What this holder may do now, best first. */
export function nextInOrder(facts: NextFacts): Candidate[] {
  const ready = new Map(facts.ready.map((one) => [`${one.feature}/${one.work_package}`, one]))
  const candidates = facts.rows.flatMap((row): Candidate[] => {
    const found = ready.get(`${row.feature_slug}/${row.work_package_id}`)
    const offer = found === undefined ? offerOf(row, facts) : 'ready'
    const lease = facts.leaseOf(row)
    return offer === undefined ? [] : [{ offer, row, lease, unblocks: found?.unblocks ?? [] }]
  })
  return candidates.sort((a, b) => compare(a, b, facts))
}

function offerOf(row: BoardRow, facts: NextFacts): Offer | undefined {
  const { table, holder, now, expire } = facts
  if (table.working.includes(row.lane)) return offerOfHeld(row, facts)
  if (awaitsReview(table, row.lane)) {
    return row.worker !== null && isSameHolder(row.worker, holder) ? undefined : 'review'
  }
  if (!isSentBack(table, row.lane)) return undefined
  const { worker } = row
  if (worker === null || isSameHolder(worker, holder)) return 'rejected'
  // Its holder has it for as long as a lease lasts; then it is anyone's.
  const age = now - Date.parse(row.lane_since ?? '')
  if (age >= expire + LONG_AGO) return 'lease_ended_long_ago'
  if (age >= expire) return 'lease_ended'
  return isSameActor(worker.actor, holder.actor) ? 'other_session' : undefined
}

function offerOfHeld(row: BoardRow, { holder, now, leaseOf }: NextFacts): Offer | undefined {
  const { lane_actor: actor, lane_session: session } = row
  if (actor === null) return undefined
  if (isSameHolder({ actor, session }, holder)) return 'in_work'
  const lease = leaseOf(row)
  if (lease?.ended === true)
    return now - Date.parse(lease.expires_at) >= LONG_AGO ? 'lease_ended_long_ago' : 'lease_ended'
  return isSameActor(actor, holder.actor) ? 'other_session' : undefined
}

function compare(a: Candidate, b: Candidate, { ageOf }: NextFacts): number {
  return (
    OFFERS.indexOf(a.offer) - OFFERS.indexOf(b.offer) ||
    a.row.priority - b.row.priority ||
    b.unblocks.length - a.unblocks.length ||
    compareText(ageOf(a.row.feature_slug), ageOf(b.row.feature_slug)) ||
    numberOf(a.row) - numberOf(b.row) ||
    compareText(a.row.feature_slug, b.row.feature_slug)
  )
}

function numberOf({ work_package_id }: BoardRow): number {
  return Number(/\d+/.exec(work_package_id)?.[0] ?? 0)
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
