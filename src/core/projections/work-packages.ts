import type { DependencyLane, WorkflowTable, WorkPackageState } from '../events-lib.js'
import type { BoardRow } from '../index/board-row.js'
import type { GateDocument, ReadyDocument, WorkPackageDocument } from './board-document.js'

/** Path of a package's file from the repository's root, or null where it has none. */
export type FileOf = (feature: string, workPackage: string) => string | null

/** A package's dependencies, each with its lane; null where no such package is known. */
export function dependencyLanes(
  { dependencies }: Pick<WorkPackageState, 'dependencies'>,
  feature: ReadonlyMap<string, Pick<WorkPackageState, 'lane'>>,
): DependencyLane[] {
  return dependencies.map((id) => ({ id, lane: feature.get(id)?.lane ?? null }))
}

export function byId<T extends { readonly work_package_id: string }>(packages: readonly T[]): Map<string, T> {
  return new Map(packages.map((one) => [one.work_package_id, one]))
}

/** One package as commands answer it. `feature` holds every package of its feature. */
export function workPackageDocument(
  row: BoardRow,
  feature: ReadonlyMap<string, BoardRow>,
  table: WorkflowTable,
  fileOf: FileOf,
): WorkPackageDocument {
  return {
    work_package: row.work_package_id,
    feature: row.feature_slug,
    title: row.title ?? row.work_package_id,
    lane: row.lane,
    dependencies: row.dependencies,
    blocked_by: blockers(row, feature, table),
    tags: row.tags,
    actor: row.lane_actor,
    subtasks: row.subtasks,
    gates: row.gates,
    updated_at: row.updated_at,
    // When it is read: to look into every feature's folder takes as long as all the rest of a board that shows none.
    get file() {
      return fileOf(row.feature_slug, row.work_package_id)
    },
  }
}

/** What keeps a package from being started: only a package that waits in the initial lane is blocked. */
function blockers(row: BoardRow, feature: ReadonlyMap<string, BoardRow>, table: WorkflowTable): string[] {
  if (row.lane !== table.initial) return []
  return dependencyLanes(row, feature)
    .filter(({ lane }) => lane === null || !table.done.includes(lane))
    .map(({ id }) => id)
}

/** The packages that can be started now, each with those that would be left with nothing else to wait for. */
export function readyDocuments(
  documents: readonly WorkPackageDocument[],
  table: WorkflowTable,
): ReadyDocument[] {
  const waiting = documents.filter((document) => document.lane === table.initial)
  return waiting
    .filter((document) => document.blocked_by.length === 0)
    .map((document) => ({
      ...document,
      unblocks: waiting
        .filter(
          ({ feature, blocked_by }) =>
            feature === document.feature &&
            blocked_by.every((id) => id === document.work_package) &&
            blocked_by.length > 0,
        )
        .map((other) => other.work_package),
    }))
}

export function gateDocuments(state: WorkPackageState): GateDocument[] {
  return state.gates.map(({ gate_id, gate_type, status }) => ({
    gate_id,
    work_package: state.work_package_id,
    feature: state.feature_slug,
    gate_type: gate_type ?? 'unknown',
    status,
  }))
}
