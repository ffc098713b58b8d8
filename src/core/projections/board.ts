import type { Conflict, WorkflowTable } from '../events-lib.js'
import type { BoardRow } from '../index/board-row.js'
import type { FeatureStatusDocument, StatusDocument, WorkPackageDocument } from './board-document.js'
import { openConflicts } from './conflicts.js'
import { byId, type DocumentOf, type FileOf } from './work-packages.js'

export interface BoardInput {
  /** Every feature that is to be on the board, in the order they are to stand. */
  readonly features: readonly BoardFeature[]
  readonly rows: readonly BoardRow[]
  readonly table: WorkflowTable
  readonly fileOf: FileOf
  readonly documentOf: DocumentOf
}

export interface BoardFeature {
  readonly feature_slug: string
  readonly title: string
  readonly conflicts: readonly Conflict[]
}

/** The features to show: those that were specified, and those that only their packages' events name. */
export function boardFeatures(
  known: readonly BoardFeature[],
  rows: readonly BoardRow[],
  only: string | undefined,
): BoardFeature[] {
  const features = new Map(known.map((feature) => [feature.feature_slug, feature]))
  const slugs = new Set(only === undefined ? features.keys() : [only])
  if (only === undefined) for (const row of rows) slugs.add(row.feature_slug)
  return [...slugs]
    .sort()
    .map((slug) => features.get(slug) ?? { feature_slug: slug, title: slug, conflicts: [] })
}

/** The board: one row a package in, lanes and progress a feature out. */
export function board(input: BoardInput): StatusDocument {
  const byFeature = new Map<string, BoardRow[]>(input.features.map((feature) => [feature.feature_slug, []]))
  for (const row of input.rows) byFeature.get(row.feature_slug)?.push(row)
  return {
    features: input.features.map((feature) =>
      featureStatus(feature, byFeature.get(feature.feature_slug) ?? [], input),
    ),
  }
}

function featureStatus(
  feature: BoardFeature,
  rows: readonly BoardRow[],
  input: BoardInput,
): FeatureStatusDocument {
  const known = byId(rows)
  const lanes: Record<string, WorkPackageDocument[]> = Object.fromEntries(
    input.table.lanes.map((lane) => [lane, []]),
  )
  for (const row of rows) {
    lanes[row.lane]?.push(input.documentOf(row, known, input.table, input.fileOf))
  }
  const done = rows.filter((row) => input.table.done.includes(row.lane)).length
  const percent = rows.length === 0 ? 0 : Math.floor((100 * done) / rows.length)
  return {
    feature: feature.feature_slug,
    title: feature.title,
    lanes,
    progress: { done, total: rows.length, percent },
    conflicts: openConflicts(rows, [feature]),
  }
}
