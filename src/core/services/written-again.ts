import {
  contestedWrite,
  isKittyEvent,
  type KittyEvent,
  type LogEvent,
  type NewEvent,
  type RegisterWrite,
} from '../events-lib.js'

/** What an event writes where there can be a conflict, or undefined. */
export function writeOf(event: LogEvent): RegisterWrite | undefined {
  return isKittyEvent(event) ? contestedWrite(event) : undefined
}

/**
 * The event that writes again what `kept` wrote, in place of what `standing` wrote.
 * A move is marked as forced, since it is decided here and not by the table.
 * @throws Error for an event that writes no register in which there can be a conflict
 */
export function writtenAgain(kept: KittyEvent, standing: LogEvent): NewEvent {
  const { entity_id } = kept
  const stands = writeOf(standing)?.value
  const old_status = typeof stands === 'string' ? stands : ''
  switch (kept.event_type) {
    case 'WPStatusChanged': {
      const { feature_slug, new_status } = kept.payload
      const reason = `settles a conflict: keeps what ${kept.actor} wrote in ${kept.event_id}`
      const payload = { feature_slug, old_status, new_status, reason, force: true }
      return { event_type: 'WPStatusChanged', entity_id, entity_type: 'WorkPackage', payload }
    }
    case 'GateResultChanged': {
      const { feature_slug, gate_id, new_status, result_data } = kept.payload
      const payload = { feature_slug, gate_id, old_status, new_status, result_data: result_data ?? null }
      return { event_type: 'GateResultChanged', entity_id, entity_type: 'Gate', payload }
    }
    case 'SubtaskCompleted': {
      const { feature_slug, work_package_id, subtask_id, done } = kept.payload
      const payload = { feature_slug, work_package_id, subtask_id, done }
      return { event_type: 'SubtaskCompleted', entity_id, entity_type: 'WorkPackage', payload }
    }
    case 'WPCreated': {
      const { feature_slug, work_package_id, title, dependencies, subtasks } = kept.payload
      const payload = { feature_slug, work_package_id, title, dependencies, subtasks }
      return { event_type: 'WPCreated', entity_id, entity_type: 'WorkPackage', payload }
    }
    case 'SpecCreated': {
      const { feature_slug, title, mission, created_by } = kept.payload
      const payload = { feature_slug, title, mission, created_by }
      return { event_type: 'SpecCreated', entity_id, entity_type: 'FeatureSpec', payload }
    }
    case 'WorkspaceCreated':
    case 'GateCreated':
    case 'TagsChanged':
    case 'UsageRecorded':
    case 'NoteAdded':
      throw new Error(`${kept.event_type} ${kept.event_id} writes nothing that could be contested`)
    default:
      return kept satisfies never
  }
}
