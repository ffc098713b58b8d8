import { type BoardState, initialState } from '../../../src/core/cli/board/board-state.js'
import type { Key, Pressed } from '../../../src/core/cli/board/key.js'
import { press } from '../../../src/core/cli/board/press.js'
import { DEFAULT_WORKFLOW } from '../../../src/core/events-lib.js'
import type { ConflictDocument, WorkPackageDocument } from '../../../src/core/projections/board-document.js'
import { about } from '../../../src/core/web/about.js'
import { feature, workPackage } from '../render/documents.js'

export const ABOUT = about(DEFAULT_WORKFLOW, { repository: 'parcels', actor: 'ada', readOnly: false })
export const FEATURE = '001-parcels'

export function inLane(
  lane: string,
  id: string,
  over: Partial<WorkPackageDocument> = {},
): WorkPackageDocument {
  return workPackage(id, { feature: FEATURE, lane, ...over })
}

/** Two planned packages, one in work, one in review. */
export const PACKAGES = [
  inLane('planned', 'WP01'),
  inLane('planned', 'WP02', { title: 'Weigh the parcel', tags: ['scale'] }),
  inLane('doing', 'WP03', { actor: 'grace', subtasks: { done: 1, total: 3 } }),
  inLane('for_review', 'WP04'),
]

export function boardOf(
  packages: readonly WorkPackageDocument[],
  conflicts: readonly ConflictDocument[] = [],
) {
  return { features: [feature(FEATURE, 'Parcels', packages, conflicts)], not_compared: 0 }
}

export function stateOf(
  packages: readonly WorkPackageDocument[] = PACKAGES,
  conflicts: readonly ConflictDocument[] = [],
): BoardState {
  return initialState(boardOf(packages, conflicts), ABOUT)
}

/** A key by its name, or the one that types this character. */
export function key(name: string): Key {
  if (name === 'return') return { name, text: '\r', ctrl: false }
  if (name === 'space') return { name, text: ' ', ctrl: false }
  if (name === '^c' || name === '^z') return { name: name.slice(1), text: '', ctrl: true }
  return [...new Intl.Segmenter().segment(name)].length === 1
    ? { name, text: name, ctrl: false }
    : { name, text: '', ctrl: false }
}

/** The state after these keys, and what the last of them asks for. */
export function pressed(state: BoardState, ...names: readonly string[]): Pressed {
  return names.reduce<Pressed>((now, name) => press(now.state, key(name)), { state })
}

export function typed(state: BoardState, text: string): BoardState {
  return pressed(state, ...Array.from(new Intl.Segmenter().segment(text), ({ segment }) => segment)).state
}
