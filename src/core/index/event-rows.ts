import { compareEvents } from '../events-lib.js'
import type { EventFilter } from './event-index.js'
import { isNewestOnly, matchesFilter } from './event-query.js'
import type { IndexRow } from './index-row.js'

/** Rows of events in memory, by ID and in the total order. */
export class EventRows {
  readonly #byId = new Map<string, IndexRow>()
  #sorted: IndexRow[] | undefined

  get(id: string): IndexRow | undefined {
    return this.#byId.get(id)
  }

  all(): Iterable<IndexRow> {
    return this.#byId.values()
  }

  /** In the total order. */
  ordered(): readonly IndexRow[] {
    this.#sorted ??= [...this.#byId.values()].sort(compareEvents)
    return this.#sorted
  }

  matching(filter: EventFilter): IndexRow[] {
    return this.ordered().filter((row) => matchesFilter(row, filter))
  }

  /** The matching rows within the filter's limit. */
  limited(filter: EventFilter): IndexRow[] {
    const rows = this.matching(filter)
    if (filter.limit === undefined) return rows
    return isNewestOnly(filter)
      ? rows.slice(Math.max(0, rows.length - filter.limit))
      : rows.slice(0, filter.limit)
  }

  /** One package's rows, including its gates'. */
  ofWorkPackage(feature: string, workPackage: string): IndexRow[] {
    const inFeature = this.ordered().filter((row) => row.feature_slug === feature)
    const gates = new Set(
      inFeature
        .filter((row) => row.event_type === 'GateCreated' && row.work_package_id === workPackage)
        .map((row) => row.entity_id),
    )
    return inFeature.filter((row) =>
      row.entity_type === 'Gate'
        ? gates.has(row.entity_id)
        : row.entity_type === 'WorkPackage' && row.entity_id === workPackage,
    )
  }

  /** The package a gate was created for. */
  gateOwner(feature: string, gate: string): string | undefined {
    const created = this.ordered().find(
      (row) => row.feature_slug === feature && row.entity_id === gate && row.event_type === 'GateCreated',
    )
    return created?.work_package_id ?? undefined
  }

  /** Returns the rows it left out because a row with their ID exists. */
  add(rows: readonly IndexRow[]): IndexRow[] {
    const leftOut = rows.filter((row) => {
      if (this.#byId.has(row.event_id)) return true
      this.#byId.set(row.event_id, row)
      return false
    })
    this.#sorted = undefined
    return leftOut
  }

  replace(row: IndexRow): void {
    this.#byId.set(row.event_id, row)
    this.#sorted = undefined
  }

  remove(rows: readonly IndexRow[]): void {
    for (const row of rows) this.#byId.delete(row.event_id)
    this.#sorted = undefined
  }
}
