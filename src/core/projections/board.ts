import type { WorkflowTable, WorkPackageState } from '../events-lib.js'
import type { FeatureStatusDocument, StatusDocument, WorkPackageDocument } from './board-document.js'
import { byId, conflictDocuments, type FileOf, workPackageDocument } from './work-packages.js'

export interface BoardInput {
  /** Title of every feature that is to be on the board, in the order they are to stand. */
  readonly features: ReadonlyMap<string, string>
  readonly states: readonly WorkPackageState[]
  readonly table: WorkflowTable
  readonly fileOf: FileOf
}

/** The board: one row a package in, lanes and progress a feature out. */
export function board(input: BoardInput): StatusDocument {
  const byFeature = new Map<string, WorkPackageState[]>([...input.features.keys()].map((slug) => [slug, []]))
  for (const state of input.states) byFeature.get(state.feature_slug)?.push(state)
  return { features: [...byFeature].map(([slug, states]) => featureStatus(slug, states, input)) }
}

function featureStatus(slug: string, states: readonly WorkPackageState[], input: BoardInput): FeatureStatusDocument {
  const known = byId(states)
  const lanes: Record<string, WorkPackageDocument[]> = Object.fromEntries(input.table.lanes.map((lane) => [lane, []]))
  for (const state of states) {
    lanes[state.lane]?.push(workPackageDocument(state, known, input.table, input.fileOf))
  }
  const done = states.filter((state) => input.table.done.includes(state.lane)).length
  const percent = states.length === 0 ? 0 : Math.floor((100 * done) / states.length)
  return {
    feature: slug,
    title: input.features.get(slug) ?? slug,
    lanes,
    progress: { done, total: states.length, percent },
    conflicts: conflictDocuments(states),
  }
}
