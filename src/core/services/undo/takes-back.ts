import type { KittyEvent, LogEvent, NewEvent } from '../../events-lib.js'
import type { EventOf } from '../first-event.js'
import { definitionBack, resultBefore, tagsBack } from './opposites.js'

/** How the reason of the move begins that cancels a package which was made by mistake. */
export const TAKEN_BACK = 'taken back: '

/**
 * True if the event is what undo would have written to take back the other one.
 * @param history of the event's entity, in total order
 */
export function takesBack(event: KittyEvent, other: KittyEvent, history: readonly LogEvent[]): boolean {
  switch (event.event_type) {
    case 'WPStatusChanged': {
      const { undo, reason } = event.payload
      if (other.event_type === 'WPCreated') return reason === `${TAKEN_BACK}${other.event_id}`
      // A release may take a claim back, too, and always has a reason.
      return undo === other.event_id && (reason ?? null) === null
    }
    case 'UsageRecorded':
      return event.payload.undo === other.event_id
    case 'NoteRetracted':
      return event.payload.note === other.event_id
    case 'SubtaskCompleted':
      return (
        other.event_type === 'SubtaskCompleted' &&
        other.entity_id === event.entity_id &&
        other.payload.subtask_id === event.payload.subtask_id &&
        other.payload.done !== event.payload.done
      )
    case 'GateResultChanged':
      return other.event_type === 'GateResultChanged' && isWritten(event, resultBefore(other, history))
    case 'TagsChanged':
      return other.event_type === 'TagsChanged' && isWritten(event, tagsBack(other, ALONE))
    case 'WPChanged':
      return other.event_type === 'WPChanged' && isWritten(event, definitionBack(other, ALONE))
    case 'Assigned':
      return other.event_type === 'Assigned' && other.entity_id === event.entity_id
    case 'FeatureArchived':
    case 'FeatureRestored':
      return isSwitch(event, other)
    default:
      return false
  }
}

/** Without what came later, which only a new undo has to look at. */
const ALONE = { history: [] }

function isSwitch(event: Switch, other: KittyEvent): boolean {
  const opposite = event.event_type === 'FeatureArchived' ? 'FeatureRestored' : 'FeatureArchived'
  const isReasonless = (event.payload.reason ?? null) === null
  return other.event_type === opposite && other.entity_id === event.entity_id && isReasonless
}

type Switch = EventOf<'FeatureArchived' | 'FeatureRestored'>

function isWritten(event: KittyEvent, draft: NewEvent): boolean {
  return (
    event.entity_id === draft.entity_id && JSON.stringify(event.payload) === JSON.stringify(draft.payload)
  )
}
