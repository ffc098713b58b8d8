import type { MadeMove } from '../rules/move-rule.js'
import type { EventOf } from './first-event.js'

/** @param repeated true if an earlier run of the same operation made the move */
export function madeMove(event: EventOf<'WPStatusChanged'>, repeated: boolean): MadeMove {
  const { feature_slug, old_status, new_status } = event.payload
  return {
    feature: feature_slug,
    workPackage: event.entity_id,
    from: old_status,
    to: new_status,
    event,
    repeated,
  }
}
