import type { DependencyLane, WorkflowTable, WorkPackageState } from '../events-lib.js'
import type { GateDocument, ReadyDocument, WorkPackageDocument } from './board-document.js'

/** Path of a package's file from the repository's root, or null where it has none. */
export type FileOf = (feature: string, workPackage: string) => string | null

/** A package's dependencies, each with its lane; null where no such package is known. */
export function dependencyLanes(
  state: WorkPackageState,
  feature: ReadonlyMap<string, WorkPackageState>,
): DependencyLane[] {
  return state.dependencies.map((id) => ({ id, lane: feature.get(id)?.lane ?? null }))
}

export function byId(states: readonly WorkPackageState[]): Map<string, WorkPackageState> {
  return new Map(states.map((state) => [state.work_package_id, state]))
}

/** One package as commands answer it. `feature` holds every package of its feature. */
export function workPackageDocument(
  state: WorkPackageState,
  feature: ReadonlyMap<string, WorkPackageState>,
  table: WorkflowTable,
  fileOf: FileOf,
): WorkPackageDocument {
  return {
    work_package: state.work_package_id,
    feature: state.feature_slug,
    title: state.title ?? state.work_package_id,
    lane: state.lane,
    dependencies: state.dependencies,
    blocked_by: blockers(state, feature, table),
    tags: state.tags.map((live) => live.tag),
    actor: state.lane_actor,
    subtasks: { done: state.subtasks.filter((subtask) => subtask.done).length, total: state.subtasks.length },
    gates: { passed: state.gates.filter((gate) => gate.status === 'passed').length, total: state.gates.length },
    updated_at: state.updated_at,
    file: fileOf(state.feature_slug, state.work_package_id),
  }
}

/** What keeps a package from being started: only a package that waits in the initial lane is blocked. */
function blockers(
  state: WorkPackageState,
  feature: ReadonlyMap<string, WorkPackageState>,
  table: WorkflowTable,
): string[] {
  if (state.lane !== table.initial) return []
  return dependencyLanes(state, feature)
    .filter(({ lane }) => lane === null || !table.done.includes(lane))
    .map(({ id }) => id)
}

/** The packages that can be started now, each with those that would be left with nothing else to wait for. */
export function readyDocuments(documents: readonly WorkPackageDocument[], table: WorkflowTable): ReadyDocument[] {
  const waiting = documents.filter((document) => document.lane === table.initial)
  return waiting
    .filter((document) => document.blocked_by.length === 0)
    .map((document) => ({
      ...document,
      unblocks: waiting
        .filter(({ feature, blocked_by }) => feature === document.feature && blocked_by.every((id) => id === document.work_package) && blocked_by.length > 0)
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
