import {
  detectConflicts,
  emptyWorkPackage,
  Evolution,
  fold,
  foldFeature,
  type LogEvent,
  type MergeOptions,
  type WorkPackageState,
} from '../../events-lib.js'
import type { EventLog } from '../../log/event-log.js'
import { type ConflictResolution, settlerOf } from './conflict-resolution.js'
import type { IndexWriter, WorkPackageKey } from '../event-index.js'
import { type EventPlace, type IndexRow, rowOf } from '../index-row.js'
import { settleAll } from './settle-all.js'

/** Replaces the state of a package that must be refolded. */
const REFOLD = Symbol('refold')

/** How many states one batch writes: as text and as rows, each takes several times its own size. */
const STATES_AT_ONCE = 500

/**
 * The states of the packages and features that ingested events touch. Evolves a package event by event while its
 * history is linear, and refolds it from its whole history when events are concurrent, out of order or gone.
 */
export class Evolutions {
  /** Nested by feature and package: a combined key would have to be built for every event. */
  readonly #evolutions = new Map<string, Map<string, Evolution | typeof REFOLD>>()
  readonly #refolds = new Map<string, WorkPackageKey>()
  readonly #features = new Set<string>()
  /** Used for a new index: the one entity that a feature's own events are about, or undefined if there are several. */
  readonly #specs = new Map<string, string | undefined>()
  /** Grouped by package or feature, since refolding a package may change its conflicts. */
  readonly #resolutions = new Map<string, ConflictResolution[]>()

  /** Files of which a line was gone when a state needed it. */
  readonly vanished = new Set<string>()

  constructor(
    private readonly log: EventLog,
    private readonly writer: IndexWriter,
    private readonly foldRules: MergeOptions,
    /** The index is empty, so there are no states to load. */
    private readonly fresh: boolean,
  ) {}

  /** Folds this feature again. */
  refoldFeature(feature: string): void {
    this.#features.add(feature)
  }

  /**
   * Writes every state, from events up to the trusted maximum.
   * @returns the conflicts met, and how they came out
   */
  async settle(maximum: number): Promise<ConflictResolution[]> {
    let states: WorkPackageState[] = []
    const add = async (state: WorkPackageState): Promise<void> => {
      states.push(state)
      if (states.length < STATES_AT_ONCE) return
      await this.writer.putWorkPackages(states)
      states = []
    }
    for (const state of this.#evolved()) await add(state)
    for (const [name, key] of this.#refolds) {
      const rows = await this.writer.locateWorkPackage(key.feature_slug, key.work_package_id)
      const trusted = rows.filter((row) => row.lamport_clock <= maximum)
      const events = this.#eventsAt(trusted)
      const state = fold(events, this.foldRules)
      this.#meetConflicts(name, events)
      if (state) await add(state)
      else await this.writer.removeWorkPackages([key])
    }
    await settleAll([this.writer.putMaximumClock(maximum), this.writer.putWorkPackages(states)])
    for (const feature of this.#features) await this.#settleFeature(feature, maximum)
    return [...this.#resolutions.values()].flat()
  }

  /** Meets a feature's own event, whether its clock is trusted or not. */
  meetSpec({ payload: { feature_slug }, entity_id }: LogEvent): void {
    if (!this.fresh) return
    const isOther = this.#specs.has(feature_slug) && this.#specs.get(feature_slug) !== entity_id
    this.#specs.set(feature_slug, isOther ? undefined : entity_id)
  }

  /** Returns a promise only when it must query the index: most lines concern packages already loaded. */
  evolve(event: LogEvent): Promise<void> | undefined {
    const feature_slug = event.payload.feature_slug
    if (event.entity_type === 'FeatureSpec') this.#features.add(feature_slug)
    if (event.entity_type !== 'WorkPackage') return this.#evolveOwner(event)
    const known = this.#evolutions.get(feature_slug)?.get(event.entity_id)
    if (known === undefined)
      return this.#evolveStored({ feature_slug, work_package_id: event.entity_id }, event)
    if (known !== REFOLD) this.#advance(known, event)
    return undefined
  }

  async #evolveOwner(event: LogEvent): Promise<void> {
    const key = await this.#ownerOf(event)
    if (key !== undefined) await this.#evolveStored(key, event)
  }

  async #evolveStored(key: WorkPackageKey, event: LogEvent): Promise<void> {
    const evolution = this.#ofFeature(key).get(key.work_package_id) ?? (await this.#load(key))
    if (evolution !== REFOLD) this.#advance(evolution, event)
  }

  #advance(evolution: Evolution, event: LogEvent): void {
    if (!evolution.canExtend(event)) this.refold(evolution.key)
    else this.#extend(evolution, event)
  }

  #extend(evolution: Evolution, event: LogEvent): void {
    const before = evolution.conflicts
    evolution.extend(event)
    if (evolution.conflicts.length === before.length) return
    const open = new Set(evolution.conflicts)
    const settled = before.filter((conflict) => !open.has(conflict))
    const name = nameOf(evolution.key)
    const earlier = this.#resolutions.get(name) ?? []
    this.#resolutions.set(name, [
      ...earlier,
      ...settled.map((conflict) => ({ conflict: { ...conflict, open: false }, settledBy: event })),
    ])
  }

  async #load(key: WorkPackageKey): Promise<Evolution | typeof REFOLD> {
    const { feature_slug, work_package_id } = key
    const stored = this.fresh ? undefined : await this.writer.workPackage(feature_slug, work_package_id)
    // While we waited, the pending rows may have revealed a duplicate ID.
    if (this.#refolds.has(nameOf(key))) return REFOLD
    const state = stored ?? emptyWorkPackage(feature_slug, work_package_id, this.foldRules.table)
    const evolution = new Evolution(state, this.foldRules)
    this.#ofFeature(key).set(work_package_id, evolution)
    return evolution
  }

  #ofFeature({ feature_slug }: WorkPackageKey): Map<string, Evolution | typeof REFOLD> {
    const known = this.#evolutions.get(feature_slug)
    if (known !== undefined) return known
    const made = new Map<string, Evolution | typeof REFOLD>()
    this.#evolutions.set(feature_slug, made)
    return made
  }

  /** The package that a gate's event belongs to. */
  async #ownerOf(event: LogEvent): Promise<WorkPackageKey | undefined> {
    if (event.entity_type !== 'Gate') return undefined
    const feature_slug = event.payload.feature_slug
    const created = rowOf(event, NOWHERE).work_package_id
    // A gate's creation forces a refold of its package. In an empty index, that event was just ingested or is still to
    // come.
    const owner =
      created ?? (this.fresh ? undefined : await this.writer.gateOwner(feature_slug, event.entity_id))
    return owner === undefined ? undefined : { feature_slug, work_package_id: owner }
  }

  async refoldOwner(row: IndexRow): Promise<void> {
    if (row.entity_type === 'FeatureSpec') this.#features.add(row.feature_slug)
    const gate = row.entity_type === 'Gate' && row.work_package_id === null
    const owner = gate ? await this.writer.gateOwner(row.feature_slug, row.entity_id) : row.work_package_id
    if (owner) this.refold({ feature_slug: row.feature_slug, work_package_id: owner })
  }

  refold(key: WorkPackageKey): void {
    this.#refolds.set(nameOf(key), key)
    this.#ofFeature(key).set(key.work_package_id, REFOLD)
  }

  async #settleFeature(feature: string, maximum: number): Promise<void> {
    const rows = await this.writer.locate({
      feature,
      // Find it by its key: a search by type only would visit every event of the feature.
      entity: this.#specs.get(feature),
      entityType: 'FeatureSpec',
    })
    const trusted = rows.filter((row) => row.lamport_clock <= maximum)
    const events = this.#eventsAt(trusted)
    const state = foldFeature(events)
    this.#meetConflicts(feature, events)
    if (state === undefined) return this.writer.removeFeature(feature)
    return this.writer.putFeature(state)
  }

  /** Git may have removed a file since its lines were read; the states that need it are then not whole. */
  #eventsAt(rows: readonly EventPlace[]): LogEvent[] {
    const events = this.log.readEvents(rows)
    return rows.flatMap(({ file }, at) => {
      const event = events[at]
      if (event === undefined) this.vanished.add(file)
      return event ?? []
    })
  }

  /** Forgets each state that it yields: thousands of packages are more than a command may hold. */
  *#evolved(): Generator<WorkPackageState> {
    for (const ofFeature of this.#evolutions.values())
      for (const [id, evolution] of ofFeature) {
        ofFeature.delete(id)
        if (evolution !== REFOLD) yield evolution.state
      }
  }

  #meetConflicts(name: string, history: readonly LogEvent[]): void {
    const conflicts = detectConflicts(history, this.foldRules)
    const resolutions = conflicts.map((conflict) => ({ conflict, settledBy: settlerOf(conflict, history) }))
    this.#resolutions.set(name, resolutions)
  }
}

const NOWHERE = { file: '', line: 0, offset: 0, length: 0 }

function nameOf(key: WorkPackageKey): string {
  return `${key.feature_slug}\0${key.work_package_id}`
}
