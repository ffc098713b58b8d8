import { applyEvent } from './apply-event.js'
import type { Draft } from './draft-state.js'
import type { Conflict, MergeOptions } from './conflict.js'
import { entityKey, isKittyEvent, type LogEvent } from './event.js'
import { contestedWrites, FILE_REGISTER } from './registers.js'
import { isHandover } from './renumbered.js'
import { importKey } from './twins.js'
import type { LiveElement } from './merge.js'
import type { MergeMemory, WorkPackageState } from './work-package-state.js'
import { DEFAULT_WORKFLOW, type WorkflowTable } from './workflow.js'

/**
 * Evolves one work package event by event. Gives what {@link evolve} gives, without copying the state for each event.
 */
export class Evolution {
  readonly #draft: Draft
  readonly #table: WorkflowTable
  /** The package's own key, built once, since most events are about the package itself. */
  readonly #own: string
  /** Import keys of the events so far; undefined where the state was built from imports whose keys we do not have. */
  readonly #imports: Set<string> | undefined
  /** The state's memory while no event can refer to anything in it, which is almost always; else undefined. */
  #idleMemory: MergeMemory | undefined

  constructor(state: WorkPackageState, options: MergeOptions = {}) {
    const { feature_slug, work_package_id } = state
    this.#draft = { ...state, heads: { ...state.heads } }
    this.#table = options.table ?? DEFAULT_WORKFLOW
    this.#imports = state.memory.imported === 0 ? new Set() : undefined
    this.#idleMemory = isIdle(state.memory) ? state.memory : undefined
    this.#own = entityKey({
      entity_id: work_package_id,
      entity_type: 'WorkPackage',
      payload: { feature_slug },
    })
  }

  /** The package's identity. */
  get key(): Pick<WorkPackageState, 'feature_slug' | 'work_package_id'> {
    const { feature_slug, work_package_id } = this.#draft
    return { feature_slug, work_package_id }
  }

  /** The current state; later events do not change the returned object. */
  get state(): WorkPackageState {
    return { ...this.#draft, heads: { ...this.#draft.heads } }
  }

  /** Open conflicts; a new list whenever they change. */
  get conflicts(): readonly Conflict[] {
    return this.#draft.conflicts
  }

  /**
   * True when {@link extend} gives what refolding would: the event comes after everything the state holds, has seen
   * all of its entity's heads, and changes nothing that came before. The caller makes sure that no other event of the
   * log has its id.
   */
  canExtend(event: LogEvent): boolean {
    const { entity_type, lamport_clock, parents } = event
    if (!belongs(this.#draft, event) || lamport_clock <= this.#draft.clock) return false
    if (event.causation_id !== null && this.#mayBeTwin(event)) return false
    if (event.event_type === 'NoteRetracted' || isHandover(event) || this.#needsHistory(event)) return false
    const heads = this.#draft.heads[this.#keyOf(event)]
    // A gate's creation decides which package all of its events belong to, including those already passed over.
    if (entity_type === 'Gate' && (heads === undefined || !isCreatedFor(event, this.#draft.work_package_id)))
      return false
    // Without parents, the greater clock is what says that it came later.
    if (parents === undefined || heads === undefined) return true
    if (heads.length === 1 && heads[0] !== undefined) return parents.includes(heads[0])
    const seen = new Set(parents)
    return heads.every((head) => seen.has(head))
  }

  /** Applies one more event, for which {@link canExtend} holds. Costs the size of the state at most. */
  extend(event: LogEvent): void {
    const draft = this.#draft
    if (event.causation_id !== null) this.#rememberImport(event)
    draft.heads[this.#keyOf(event)] = [event.event_id]
    applyEvent(draft, event, this.#table)
    if (draft.conflicts.length > 0 || draft.collision.length > 0) this.#settle(event)
  }

  /** The event has seen every earlier write of its registers, and so settles what was open there. */
  #settle(event: LogEvent): void {
    if (!isKittyEvent(event)) return
    const registers = new Set(contestedWrites(event, this.#table).map(({ register }) => register))
    if (registers.size === 0) return
    if (registers.has(FILE_REGISTER)) this.#draft.collision = []
    const open = this.#draft.conflicts.filter(
      (conflict) => !registers.has(conflict.register) || conflict.entity_id !== event.entity_id,
    )
    if (open.length < this.#draft.conflicts.length) this.#draft.conflicts = open
  }

  #rememberImport(event: LogEvent): void {
    const key = importKey(event)
    if (key !== undefined) this.#imports?.add(key)
  }

  /** An import counts once, and the state does not hold the keys of all imports. */
  #mayBeTwin(event: LogEvent): boolean {
    const key = importKey(event)
    return key !== undefined && this.#imports?.has(key) !== false
  }

  /** Events that name earlier ones which the state has forgotten, or that an earlier one has taken back. */
  #needsHistory({ event_id, event_type }: LogEvent): boolean {
    const { memory } = this.#draft
    if (memory === this.#idleMemory) return false
    if (isIdle(memory)) this.#idleMemory = memory
    if (memory.twins > 0 && NAMES_EVENTS.has(event_type)) return true
    return goneOf(memory).some(({ adds }) => adds.includes(event_id))
  }

  /** The entity key of an event that belongs to the package. */
  #keyOf(event: LogEvent): string {
    return event.entity_type === 'WorkPackage' ? this.#own : entityKey(event)
  }
}

function goneOf({ dependencies, subtasks, gone_tags }: MergeMemory): LiveElement[] {
  return [...dependencies.gone, ...subtasks.gone, ...gone_tags]
}

function isIdle(memory: MergeMemory): boolean {
  return memory.twins === 0 && goneOf(memory).length === 0
}

/** Types whose payloads name other events of the entity. */
const NAMES_EVENTS: ReadonlySet<string> = new Set(['TagsChanged', 'WPChanged', 'UsageRecorded'])

/** {@link Evolution.canExtend} of a state. */
export function canExtend(state: WorkPackageState, event: LogEvent): boolean {
  return new Evolution(state).canExtend(event)
}

/**
 * The state after one more event for which {@link canExtend} holds. Pure; the cost depends on the size of the state,
 * not on the length of the history.
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

/** False only for the creation of a gate for another work package. */
export function isCreatedFor(event: LogEvent, id: string): boolean {
  if (!isKittyEvent(event) || event.event_type !== 'GateCreated') return true
  return event.payload.work_package_id === id
}
