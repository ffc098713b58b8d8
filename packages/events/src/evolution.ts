import { applyEvent, type Draft } from './apply-event.js'
import type { Conflict, MergeOptions } from './conflict.js'
import { entityKey, isKittyEvent, type LogEvent } from './event.js'
import { contestedWrite } from './registers.js'
import type { WorkPackageState } from './work-package-state.js'
import { DEFAULT_WORKFLOW, type WorkflowTable } from './workflow.js'

/**
 * One work package while its events come in one by one: what {@link evolve} gives for each of them, without a copy of
 * the state for every event.
 */
export class Evolution {
  readonly #draft: Draft
  readonly #table: WorkflowTable
  /** Made once: most events are of the package itself, and a key is made of three names. */
  readonly #own: string

  constructor(state: WorkPackageState, options: MergeOptions = {}) {
    const { feature_slug, work_package_id } = state
    this.#draft = { ...state, heads: { ...state.heads } }
    this.#table = options.table ?? DEFAULT_WORKFLOW
    this.#own = entityKey({
      entity_id: work_package_id,
      entity_type: 'WorkPackage',
      payload: { feature_slug },
    })
  }

  /** Which package it is. */
  get key(): Pick<WorkPackageState, 'feature_slug' | 'work_package_id'> {
    const { feature_slug, work_package_id } = this.#draft
    return { feature_slug, work_package_id }
  }

  /** As it is now; later events do not change it. */
  get state(): WorkPackageState {
    return { ...this.#draft, heads: { ...this.#draft.heads } }
  }

  /** Open ones; another list once that has changed. */
  get conflicts(): readonly Conflict[] {
    return this.#draft.conflicts
  }

  /**
   * True when {@link extend} gives what refolding would: the event comes after everything the state holds
   * and has seen all of its entity's heads. The caller makes sure that no other event of the log has its id.
   */
  canExtend(event: LogEvent): boolean {
    const { entity_type, lamport_clock, parents } = event
    if (!belongs(this.#draft, event) || lamport_clock <= this.#draft.clock) return false
    const heads = this.#draft.heads[this.#keyOf(event)]
    // The creation of a gate decides whose all of its events are, also those already passed over.
    if (entity_type === 'Gate' && (heads === undefined || !isCreatedFor(event, this.#draft.work_package_id)))
      return false
    // Lacking parents, a greater clock alone says that it came after.
    if (parents === undefined || heads === undefined) return true
    if (heads.length === 1 && heads[0] !== undefined) return parents.includes(heads[0])
    const seen = new Set(parents)
    return heads.every((head) => seen.has(head))
  }

  /** Takes in one more event, for which {@link canExtend} holds. Costs the size of the state at most. */
  extend(event: LogEvent): void {
    const draft = this.#draft
    draft.heads[this.#keyOf(event)] = [event.event_id]
    applyEvent(draft, event, this.#table)
    if (draft.conflicts.length === 0 || !isKittyEvent(event)) return
    const write = contestedWrite(event)
    if (write === undefined) return
    // It has seen every earlier write of its register, and so settles what was open there.
    draft.conflicts = draft.conflicts.filter(
      (conflict) => conflict.register !== write.register || conflict.entity_id !== event.entity_id,
    )
  }

  /** Of an event that belongs to the package. */
  #keyOf(event: LogEvent): string {
    return event.entity_type === 'WorkPackage' ? this.#own : entityKey(event)
  }
}

/** {@link Evolution.canExtend} of a state. */
export function canExtend(state: WorkPackageState, event: LogEvent): boolean {
  return new Evolution(state).canExtend(event)
}

/**
 * The state after one more event for which {@link canExtend} holds. Pure; costs the size of the state, whatever
 * the length of the history.
 */
export function evolve(
  state: WorkPackageState,
  event: LogEvent,
  options: MergeOptions = {},
): WorkPackageState {
  const evolution = new Evolution(state, options)
  evolution.extend(event)
  return evolution.state
}

/** @param strangers gates of other packages */
export function belongs(state: WorkPackageState, event: LogEvent, strangers?: ReadonlySet<string>): boolean {
  if (event.payload.feature_slug !== state.feature_slug) return false
  if (event.entity_type === 'WorkPackage') return event.entity_id === state.work_package_id
  return event.entity_type === 'Gate' && strangers?.has(event.entity_id) !== true
}

/** False for the creation of a gate for another work package alone. */
export function isCreatedFor(event: LogEvent, id: string): boolean {
  if (!isKittyEvent(event) || event.event_type !== 'GateCreated') return true
  return event.payload.work_package_id === id
}
