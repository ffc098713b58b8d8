import type { Conflict, WorkflowTable, WorkPackageState } from '../events-lib.js'
import type { FeatureStatusDocument, StatusDocument, WorkPackageDocument } from './board-document.js'
import { openConflicts } from './conflicts.js'
import { byId, type FileOf, workPackageDocument } from './work-packages.js'

export interface BoardInput {
  /** Every feature that is to be on the board, in the order they are to stand. */
  readonly features: readonly BoardFeature[]
  readonly states: readonly WorkPackageState[]
  readonly table: WorkflowTable
  readonly fileOf: FileOf
}

export interface BoardFeature {
  readonly feature_slug: string
  readonly title: string
  readonly conflicts: readonly Conflict[]
}

/** The features to show: those that were specified, and those that only their packages' events name. */
export function boardFeatures(
  known: readonly BoardFeature[],
  states: readonly WorkPackageState[],
  only: string | undefined,
): BoardFeature[] {
  const features = new Map(known.map((feature) => [feature.feature_slug, feature]))
  const slugs =
    only === undefined ? [...features.keys(), ...states.map((state) => state.feature_slug)] : [only]
  return [...new Set(slugs)]
    .sort()
    .map((slug) => features.get(slug) ?? { feature_slug: slug, title: slug, conflicts: [] })
}

/** The board: one row a package in, lanes and progress a feature out. */
export function board(input: BoardInput): StatusDocument {
  const byFeature = new Map<string, WorkPackageState[]>(
    input.features.map((feature) => [feature.feature_slug, []]),
  )
  for (const state of input.states) byFeature.get(state.feature_slug)?.push(state)
  return {
    features: input.features.map((feature) =>
      featureStatus(feature, byFeature.get(feature.feature_slug) ?? [], input),
    ),
  }
}

function featureStatus(
  feature: BoardFeature,
  states: readonly WorkPackageState[],
  input: BoardInput,
): FeatureStatusDocument {
  const known = byId(states)
  const lanes: Record<string, WorkPackageDocument[]> = Object.fromEntries(
    input.table.lanes.map((lane) => [lane, []]),
  )
  for (const state of states) {
    lanes[state.lane]?.push(workPackageDocument(state, known, input.table, input.fileOf))
  }
  const done = states.filter((state) => input.table.done.includes(state.lane)).length
  const percent = states.length === 0 ? 0 : Math.floor((100 * done) / states.length)
  return {
    feature: feature.feature_slug,
    title: feature.title,
    lanes,
    progress: { done, total: states.length, percent },
    conflicts: openConflicts(states, [feature]),
  }
}
