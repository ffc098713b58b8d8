import type { WorkPackageState } from '../events-lib.js'
import type { ForeignDraft } from '../store/event-store.js'
import { importKey } from './keys.js'
import type { PackageInput, PackagePlan } from './package-plan.js'
import { actorName, type Proposal, withoutAttached } from './proposals.js'
import { firstValue, kittyValue } from './register-values.js'
import { writesRegister } from './register-writes.js'

/** An event of the log, by its ID, or a draft, by its key. */
interface Link {
  readonly eventId?: string
  readonly key?: string
  readonly timestamp: string
}

/** Makes a package's proposals into drafts of events. */
export class ProposalLinks {
  readonly #headsUsed = new Set<string>()

  constructor(
    private readonly input: PackageInput,
    private readonly proposals: readonly Proposal[],
    /** kitty's state of the package; undefined if it has none. */
    private readonly state: () => WorkPackageState | undefined,
  ) {}

  /** Drops events that the log already has, dates the rest, and gives each its parents. */
  link(): Omit<PackagePlan, 'conflicts'> {
    const { log, place, before, itemId, source, importer, now, faultOf } = this.input
    const chains = new Map<string, Link[]>([['WorkPackage', [...before.events]]])
    const dated = this.proposals.map((proposal, at) => ({ proposal, timestamp: proposal.at ?? now, at }))
    dated.sort((a, b) => (a.timestamp < b.timestamp ? -1 : a.timestamp > b.timestamp ? 1 : a.at - b.at))
    const drafts: ForeignDraft[] = []
    const faults: string[] = []
    const written = new Set<string>()
    for (const { proposal, timestamp } of dated) {
      const { what, h, event_type, event_version, entity_id, entity_type, payload } = proposal
      const key = importKey({ format: place.format, source, item: itemId, what, h })
      if (log.keys.has(key) || written.has(key)) continue
      const chain = chains.get(entity_type) ?? []
      chains.set(entity_type, chain)
      const at = endBefore(chain, timestamp)
      const { eventId, key: after } = chain[at - 1] ?? {}
      const heads = this.#registerHeads(what, timestamp)
      const whole = {
        event_type,
        event_version,
        entity_id,
        entity_type,
        timestamp,
        actor: actorName(proposal.by, importer),
        causation_id: key,
        payload,
        parents: [...new Set(eventId === undefined ? heads : [eventId, ...heads])],
        after: after === undefined ? [] : [after],
      }
      // A move counts even if what travels with it is not of the form.
      const bare = faultOf(whole) === undefined ? undefined : withoutAttached(whole)
      const draft = bare !== undefined && faultOf(bare) === undefined ? bare : whole
      if (draft === bare) place.lost('evidence, review or actor_info of another form')
      const fault = faultOf(draft)
      if (fault !== undefined) {
        faults.push(`${what} ${fault}`)
        if (what === 'created') return { drafts: [], faults, isPossible: false }
        continue
      }
      written.add(key)
      drafts.push(draft)
      chain.splice(at, 0, { key, timestamp })
    }
    return { drafts, faults, isPossible: true }
  }

  /**
   * Returns the events of a register that kitty has seen, if it still holds the imported value. Never returns an event
   * with a later date.
   */
  #registerHeads(what: string, timestamp: string): string[] {
    const { log, place, before } = this.input
    const kitty =
      this.#headsUsed.has(what) || log.eventsOf(place.workPackage).length === 0
        ? undefined
        : kittyValue(what, this.state())
    if (kitty === undefined) return []
    this.#headsUsed.add(what)
    const imported = before.value(what) ?? firstValue(what, place)
    if (kitty !== imported) return []
    const heads = new Set(log.registerHeads(place.workPackage, writesRegister(what)))
    return log
      .eventsOf(place.workPackage)
      .filter((event) => heads.has(event.event_id) && event.timestamp <= timestamp)
      .map(({ event_id }) => event_id)
  }
}

/** Finds the position for an event of that time: after everything that is not later. */
function endBefore(chain: readonly { readonly timestamp: string }[], timestamp: string): number {
  let [low, high] = [0, chain.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((chain[middle]?.timestamp ?? '') <= timestamp) low = middle + 1
    else high = middle
  }
  return low
}
