import type { LogEvent, NewEvent } from './event.js'
import { isKittyEvent } from './event.js'
import type { WorkPackageState } from './work-package-state.js'

export type UndoDecision =
  | { readonly ok: true; readonly event: NewEvent<'WPStatusChanged'> }
  /** `move`: the event is no move of this package. `later`: another move has decided the lane since. */
  | { readonly ok: false; readonly because: 'move' | 'later' }

/** Whom a package was with before a move. */
export interface EarlierHolder {
  readonly actor: string
  readonly session?: string | null
}

/**
 * The move that takes back another one, without force: back to the lane that it left, also from a final one. It is
 * open only while that move still decides the lane. Pure: nothing is written.
 * @param before the holder in the lane that the package goes back to, where that is not the one who takes back
 */
export function undoMove(state: WorkPackageState, move: LogEvent, before?: EarlierHolder): UndoDecision {
  if (!isKittyEvent(move) || move.event_type !== 'WPStatusChanged') return { ok: false, because: 'move' }
  if (move.entity_id !== state.work_package_id) return { ok: false, because: 'move' }
  if (state.lane_event !== move.event_id) return { ok: false, because: 'later' }
  const { feature_slug, old_status } = move.payload
  const holder = before === undefined ? {} : { holder: before.actor, session: before.session ?? null }
  return {
    ok: true,
    event: {
      event_type: 'WPStatusChanged',
      entity_id: state.work_package_id,
      entity_type: 'WorkPackage',
      payload: {
        feature_slug,
        old_status: state.lane,
        new_status: old_status,
        undo: move.event_id,
        ...holder,
      },
    },
  }
}
