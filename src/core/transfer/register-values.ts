import type { WorkPackageState } from '../events-lib.js'
import type { PackagePlace } from './proposals.js'

/** Returns the initial value of a register that no import has written. */
export function firstValue(what: string, { table }: PackagePlace): unknown {
  if (what === 'lane') return table.initial
  return what.startsWith('subtask.') ? false : what === 'assignee' ? null : undefined
}

/** Returns kitty's value of a register; undefined for a register that cannot conflict. */
export function kittyValue(what: string, state: WorkPackageState | undefined): unknown {
  if (state === undefined) return undefined
  if (what === 'lane') return state.lane
  if (what === 'title') return state.title
  if (what === 'priority') return kittyPriority(state)
  if (what === 'assignee') return kittyAssignee(state)
  if (!what.startsWith('subtask.')) return undefined
  return state.subtasks.find(({ id }) => `subtask.${id}` === what)?.done ?? false
}

export function kittyPriority(state: WorkPackageState | undefined): unknown {
  return state === undefined ? null : 'priority' in state ? state.priority : null
}

export function kittyAssignee(state: WorkPackageState | undefined): unknown {
  return state === undefined ? null : 'assignee' in state ? state.assignee : null
}
