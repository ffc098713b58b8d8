import { laneName } from '../format.js'
import type { WorkPackageDetailDocument } from '../state/documents.js'

type Event = WorkPackageDetailDocument['history'][number]

/** What an event did, in a few words. A type that is not known here is named. */
export function eventText({ event_type, payload }: Event): string {
  const say = (key: string): string => {
    const value = payload[key]
    return typeof value === 'string' ? value : ''
  }
  const reason = payload['redacted']
  // Nothing but the reason is left of what was redacted.
  if (typeof reason === 'string') return `redacted: ${reason.slice(0, 80)}`
  switch (event_type) {
    case 'WPCreated':
      return 'created'
    case 'WPStatusChanged':
      return `${laneName(say('old_status'))} → ${laneName(say('new_status'))}${payload['force'] === true ? ', by force' : ''}${say('reason') && `: ${say('reason')}`}`
    case 'SubtaskCompleted':
      return `${say('subtask_id')} ${payload['done'] === true ? 'ticked' : 'open again'}`
    case 'GateCreated':
      return `gate ${say('gate_type')} added`
    case 'GateResultChanged':
      return `gate ${say('gate_id')} ${say('new_status')}`
    case 'NoteAdded':
      return `note: ${say('text').slice(0, 80)}`
    case 'WorkspaceCreated':
      return `worktree on ${say('branch_name')}`
    default:
      return event_type.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase()
  }
}
