import {
  contestedWrites,
  isKittyEvent,
  type KittyEvent,
  type LogEvent,
  type NewEvent,
  type RegisterWrite,
  type WorkflowTable,
} from '../../events-lib.js'
import type { EventOf } from '../first-event.js'

/** What an event writes to a register that can have conflicts, or undefined. */
export function writeOf(event: LogEvent, register: string, table?: WorkflowTable): RegisterWrite | undefined {
  if (!isKittyEvent(event)) return undefined
  return contestedWrites(event, table).find((write) => write.register === register)
}

/**
 * Creates the event that repeats what `kept` wrote to the register, instead of what `standing` wrote. A move is marked
 * as forced, since the user and not the table decides it, and the package keeps its holder.
 * @throws Error for an event that writes to no register that can have conflicts
 */
export function writtenAgain(
  kept: KittyEvent,
  standing: LogEvent,
  register: string,
  table?: WorkflowTable,
): NewEvent {
  const { entity_id } = kept
  const stands = writeOf(standing, register)?.value
  const old_status = typeof stands === 'string' ? stands : ''
  switch (kept.event_type) {
    case 'WPStatusChanged': {
      const { feature_slug, new_status } = kept.payload
      const { holder } = writeOf(kept, register, table) ?? {}
      const reason = keptBecause(kept)
      const claim = holder === undefined ? {} : { holder: holder.actor, session: holder.session }
      const payload = { feature_slug, old_status, new_status, reason, force: true, ...claim }
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
    case 'WPCreated':
    case 'WPChanged':
      return definitionAgain(kept, standing, register)
    case 'Assigned': {
      const { feature_slug, work_package_id, assignee } = kept.payload
      const payload = { feature_slug, work_package_id, assignee }
      return { event_type: 'Assigned', entity_id, entity_type: 'WorkPackage', payload }
    }
    case 'SpecCreated': {
      const { feature_slug, title, mission, created_by } = kept.payload
      const payload = { feature_slug, title, mission, created_by }
      return { event_type: 'SpecCreated', entity_id, entity_type: 'FeatureSpec', payload }
    }
    case 'FeatureArchived':
    case 'FeatureRestored': {
      const { feature_slug, reason } = kept.payload
      const payload = { feature_slug, reason: reason ?? null }
      return { event_type: kept.event_type, entity_id, entity_type: 'FeatureSpec', payload }
    }
    case 'WorkspaceCreated':
    case 'GateCreated':
    case 'TagsChanged':
    case 'UsageRecorded':
    case 'NoteAdded':
    case 'NoteRetracted':
    case 'LinkAdded':
    case 'HeadsJoined':
      throw new Error(`${kept.event_type} ${kept.event_id} writes nothing that could be contested`)
    default:
      return kept satisfies never
  }
}

/** The reason of a move that decides for the lane of another one. */
export function keptBecause(kept: Pick<LogEvent, 'actor' | 'event_id'>): string {
  return `settles a conflict: keeps what ${kept.actor} wrote in ${kept.event_id}`
}

/** Repeats one register of a definition. The other registers and the sets stay as they are. */
function definitionAgain(
  kept: EventOf<'WPCreated' | 'WPChanged'>,
  standing: LogEvent,
  register: string,
): NewEvent<'WPChanged'> {
  const value = writeOf(kept, register)?.value
  const old = writeOf(standing, register)?.value
  const changed =
    typeof value === 'number'
      ? { priority: { old: typeof old === 'number' ? old : null, new: value } }
      : { title: { old: typeof old === 'string' ? old : null, new: typeof value === 'string' ? value : '' } }
  const { feature_slug, work_package_id } = kept.payload
  return {
    event_type: 'WPChanged',
    entity_id: kept.entity_id,
    entity_type: 'WorkPackage',
    payload: { feature_slug, work_package_id, ...changed, source: { commit: null, author: null } },
  }
}
