import type { MadeMove } from '../rules/move-rule.js'
import type { EventOf } from './first-event.js'

/** @param repeated The move was made by an earlier run of the same operation. */
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
