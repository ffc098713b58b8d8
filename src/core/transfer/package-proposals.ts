import type { WorkPackageState } from '../events-lib.js'
import { valueHash } from './keys.js'
import type { ImportConflict, PackageInput } from './package-plan.js'
import { type Move, moveProposal, type Proposal } from './proposals.js'

/** What an import proposes for one package, and where it conflicts with what kitty changed since the last import. */
export class PackageProposals {
  readonly all: Proposal[] = []
  readonly conflicts: ImportConflict[] = []
  #state: WorkPackageState | undefined | null = null

  constructor(private readonly input: PackageInput) {}

  /** kitty's state of the package; undefined if it has none. */
  kitty(): WorkPackageState | undefined {
    if (this.#state === null) this.#state = this.input.log.state(this.input.place.workPackage)
    return this.#state
  }

  /** @param time when it happened, if that differs from the time that the source gives for the value */
  add(
    what: string,
    value: unknown,
    at: string | null,
    by: string | null,
    event_type: string,
    payload: object,
    time: string | null = at,
  ): void {
    const { feature, workPackage } = this.input.place
    const isOfPackage = event_type !== 'TagsChanged'
    this.all.push({
      ...this.#envelope(what, value, at, by, time),
      event_type,
      payload: {
        feature_slug: feature,
        ...(isOfPackage ? { work_package_id: workPackage } : {}),
        ...payload,
      },
    })
  }

  addMove(from: string, to: string, { at, by }: { at: string | null; by: string | null }): void {
    const move: Move = {
      from,
      to,
      reason: null,
      force: false,
      evidence: null,
      review: null,
      actorInfo: null,
    }
    this.all.push(moveProposal(move, this.input.place, this.#envelope('lane', to, at, by, at)))
  }

  /** Notes a conflict if kitty holds neither the last imported value nor the source's new one. */
  note(register: string, imported: unknown, kitty: unknown, source: unknown): void {
    const { before, place, itemId } = this.input
    if (before.events.length === 0 || kitty === imported || kitty === source) return
    this.conflicts.push({
      feature: place.feature,
      work_package: place.workPackage,
      item: itemId,
      register,
      imported,
      kitty,
      source,
    })
  }

  /** True for a register that differs from the source, but whose imported value was taken out on purpose. */
  isRedacted(register: string): boolean {
    const { before, place } = this.input
    if (!before.isRedacted(register)) return false
    place.lost(`${register} that was redacted here (set it with kitty edit)`)
    return true
  }

  #envelope(
    what: string,
    value: unknown,
    at: string | null,
    by: string | null,
    time: string | null,
  ): Omit<Proposal, 'event_type' | 'payload'> {
    const { place, before } = this.input
    return {
      hasId: false,
      what,
      h: valueHash(value, by, at, before.keyOf(what)),
      at: before.notBefore(what, time),
      by,
      event_version: 1,
      entity_id: place.workPackage,
      entity_type: 'WorkPackage',
    }
  }
}
