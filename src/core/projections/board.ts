import type { Conflict, WorkflowTable } from '../events-lib.js'
import type { BoardRow } from '../index/board-row.js'
import type { FeatureStatusDocument, StatusDocument, WorkPackageDocument } from './board-document.js'
import type { BoardMarks } from './marks.js'
import { compareWorkPackages } from '../specs/work-package-id.js'
import { openConflicts } from './conflicts.js'
import { byId, type DocumentOf, type FileOf, type LeaseOf } from './work-packages.js'

export interface BoardInput {
  /** Every feature to show, in board order. */
  readonly features: readonly BoardFeature[]
  readonly rows: readonly BoardRow[]
  readonly table: WorkflowTable
  readonly fileOf: FileOf
  readonly documentOf: DocumentOf
  readonly marks: BoardMarks
  readonly leaseOf: LeaseOf
}

export interface BoardFeature {
  readonly feature_slug: string
  readonly title: string
  readonly conflicts: readonly Conflict[]
}

/** Returns the features to show: those that were specified, and those that only events of their packages name. */
export function boardFeatures(
  known: readonly BoardFeature[],
  rows: readonly BoardRow[],
  only: string | undefined,
): BoardFeature[] {
  const features = new Map(known.map((feature) => [feature.feature_slug, feature]))
  const slugs = only === undefined ? new Set([...features.keys(), ...slugsOf(rows)]) : [only]
  return [...slugs]
    .sort()
    .map((slug) => features.get(slug) ?? { feature_slug: slug, title: slug, conflicts: [] })
}

/** Returns each slug at least once. */
function slugsOf(rows: readonly BoardRow[]): string[] {
  return rows
    .filter((row, at) => row.feature_slug !== rows[at - 1]?.feature_slug)
    .map((row) => row.feature_slug)
}

/** Builds the board: takes one row per package and returns lanes and progress per feature. */
export function board(input: BoardInput): StatusDocument {
  const byFeature = rowsByFeature(input.rows)
  const fresh = rowsByFeature(input.marks.fresh)
  return {
    features: input.features.map(({ feature_slug: slug, ...feature }) =>
      featureStatus(
        { feature_slug: slug, ...feature },
        byFeature.get(slug) ?? [],
        fresh.get(slug) ?? [],
        input,
      ),
    ),
    not_compared: input.marks.notCompared,
  }
}

/** A feature's rows are mostly adjacent, so we look its name up once per run of rows. */
export function rowsByFeature(rows: readonly BoardRow[]): Map<string, BoardRow[]> {
  const byFeature = new Map<string, BoardRow[]>()
  let slug: string | undefined
  let group: BoardRow[] = []
  for (const row of rows) {
    if (row.feature_slug !== slug) {
      slug = row.feature_slug
      group = byFeature.get(slug) ?? []
      byFeature.set(slug, group)
    }
    group.push(row)
  }
  return byFeature
}

function featureStatus(
  feature: BoardFeature,
  rows: readonly BoardRow[],
  fresh: readonly BoardRow[],
  input: BoardInput,
): FeatureStatusDocument {
  let byName: ReadonlyMap<string, BoardRow> | undefined
  const known = (): ReadonlyMap<string, BoardRow> => (byName ??= byId(rows))
  const lanes = new Map<string, WorkPackageDocument[]>(input.table.lanes.map((lane) => [lane, []]))
  const clashing: BoardRow[] = []
  let done = 0
  let dropped = 0
  // Show packages that have a file but no event, and leave them out of the progress.
  const shown = fresh.length === 0 ? rows : withFresh(rows, fresh)
  for (const row of shown) {
    const document = input.documentOf(
      row,
      known,
      input.table,
      input.fileOf,
      input.marks.marksOf,
      input.leaseOf,
    )
    const lane = lanes.get(row.lane)
    // A lane that only the log has gets its own column, after those of the workflow.
    if (lane === undefined) lanes.set(row.lane, [document])
    else lane.push(document)
    if (fresh.includes(row)) continue
    if (input.table.done.includes(row.lane)) done++
    if (input.table.dropped.includes(row.lane)) dropped++
    if (row.conflicts.length > 0) clashing.push(row)
  }
  const total = rows.length - dropped
  const percent = total === 0 ? 0 : Math.floor((100 * done) / total)
  return {
    feature: feature.feature_slug,
    title: feature.title,
    lanes: Object.fromEntries(lanes),
    progress: { done, total, percent },
    conflicts: openConflicts(clashing, [feature]),
    archived: null,
  }
}

/** Ordered by number. A package that has events but no creation event keeps the row from its events. */
export function withFresh(rows: readonly BoardRow[], fresh: readonly BoardRow[]): BoardRow[] {
  const known = new Set(rows.map((row) => row.work_package_id))
  const added = fresh.filter((row) => !known.has(row.work_package_id))
  return [...rows, ...added].sort((a, b) => compareWorkPackages(a.work_package_id, b.work_package_id))
}
