import type { DependencyLane, WorkflowTable, WorkPackageState } from '../events-lib.js'
import type { BoardRow } from '../index/board-row.js'
import type { GateDocument, LeaseDocument, ReadyDocument, WorkPackageDocument } from './board-document.js'
import type { MarkDocument, MarksOf } from './marks.js'
import { addTo } from '../log/group-by.js'

/** Returns the path of a package's file from the repository's root, or null if it has none. */
export type FileOf = (feature: string, workPackage: string) => string | null

/** Returns the lease of a package that someone holds, or null. */
export type LeaseOf = (feature: string, workPackage: string) => LeaseDocument | null

/** Returns a package's dependencies, each with its lane; null if no such package is known. */
export function dependencyLanes(
  { dependencies }: Pick<WorkPackageState, 'dependencies'>,
  feature: ReadonlyMap<string, Pick<WorkPackageState, 'lane'>>,
): DependencyLane[] {
  return dependencies.map((id) => ({ id, lane: feature.get(id)?.lane ?? null }))
}

export function byId<T extends { readonly work_package_id: string }>(packages: readonly T[]): Map<string, T> {
  const known = new Map<string, T>()
  for (const one of packages) known.set(one.work_package_id, one)
  return known
}

/**
 * Builds a package's document from its row and the rows of its feature. `feature` is called only if the package has
 * dependencies.
 */
export type DocumentOf = (
  row: BoardRow,
  feature: () => ReadonlyMap<string, BoardRow>,
  table: WorkflowTable,
  fileOf: FileOf,
  marksOf: MarksOf,
  leaseOf: LeaseOf,
) => WorkPackageDocument

/** Builds one package as commands return it. */
export const workPackageDocument: DocumentOf = (row, feature, table, fileOf, marksOf, leaseOf) => ({
  work_package: row.work_package_id,
  feature: row.feature_slug,
  title: row.title ?? row.work_package_id,
  lane: row.lane,
  priority: row.priority,
  dependencies: row.dependencies,
  blocked_by: blockers(row, feature, table),
  tags: row.tags,
  actor: row.lane_actor,
  subtasks: row.subtasks,
  gates: row.gates,
  updated_at: row.updated_at,
  file: fileOf(row.feature_slug, row.work_package_id),
  marks: marksOf(row.feature_slug, row.work_package_id),
  lease: leaseOf(row.feature_slug, row.work_package_id),
})

/** Builds the same document as a read-only view: it cannot be spread or serialized. */
export const workPackageView: DocumentOf = (row, feature, table, fileOf, marksOf, leaseOf) =>
  new WorkPackageView(row, blockers(row, feature, table), fileOf, marksOf, leaseOf)

/**
 * Copies nothing, and looks the file up only when read: a large board shows no file, and searching every feature's
 * folder costs as much as everything else.
 */
class WorkPackageView implements WorkPackageDocument {
  constructor(
    private readonly row: BoardRow,
    readonly blocked_by: readonly string[],
    private readonly fileOf: FileOf,
    private readonly marksOf: MarksOf,
    private readonly leaseOf: LeaseOf,
  ) {}

  get work_package(): string {
    return this.row.work_package_id
  }

  get feature(): string {
    return this.row.feature_slug
  }

  get title(): string {
    return this.row.title ?? this.row.work_package_id
  }

  get lane(): string {
    return this.row.lane
  }

  get priority(): number {
    return this.row.priority
  }

  get dependencies(): readonly string[] {
    return this.row.dependencies
  }

  get tags(): readonly string[] {
    return this.row.tags
  }

  get actor(): string | null {
    return this.row.lane_actor
  }

  get subtasks(): BoardRow['subtasks'] {
    return this.row.subtasks
  }

  get gates(): BoardRow['gates'] {
    return this.row.gates
  }

  get updated_at(): string | null {
    return this.row.updated_at
  }

  get file(): string | null {
    return this.fileOf(this.feature, this.work_package)
  }

  get marks(): readonly MarkDocument[] {
    return this.marksOf(this.feature, this.work_package)
  }

  get lease(): LeaseDocument | null {
    return this.leaseOf(this.feature, this.work_package)
  }
}

const NONE: readonly string[] = []

/** Returns what blocks a package: only a package waiting in the initial lane can be blocked. */
export function blockers(
  row: BoardRow,
  feature: () => ReadonlyMap<string, BoardRow>,
  table: WorkflowTable,
): readonly string[] {
  if (row.dependencies.length === 0 || row.lane !== table.initial) return NONE
  return dependencyLanes(row, feature())
    .filter(({ lane }) => lane === null || !table.done.includes(lane))
    .map(({ id }) => id)
}

/** Returns the packages that can be started now, each with those that would then have nothing else to wait for. */
export function readyDocuments(
  documents: readonly WorkPackageDocument[],
  table: WorkflowTable,
): ReadyDocument[] {
  const waiting = documents.filter((document) => document.lane === table.initial)
  const unblocks = new Map<string, string[]>()
  for (const { feature, work_package, blocked_by } of waiting) {
    const [first] = blocked_by
    if (first === undefined || blocked_by.some((id) => id !== first)) continue
    addTo(unblocks, `${feature}/${first}`, work_package)
  }
  return waiting
    .filter((document) => document.blocked_by.length === 0)
    .map((document) => ({
      ...document,
      unblocks: unblocks.get(`${document.feature}/${document.work_package}`) ?? [],
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
