/** Which registers of a package an event writes, and with which value. */
import type { LogEvent } from '../events-lib.js'
import type { ForeignDraft } from '../store/event-store.js'
import { isJson, type Json, listAt, objectAt, textAt, textsAt } from './json.js'

export type SetName = 'tags' | 'dependencies' | 'subtasks'

/** The registers that a package's creation writes. */
export const DEFINED = ['title', 'priority', 'dependencies', 'subtasks']

/** @param what the register part of the event's import key */
export function valuesWritten(event: LogEvent, what: string): [string, unknown][] {
  // Cast: payloads are plain objects, read key by key.
  const payload = event.payload as Json
  switch (event.event_type) {
    case 'WPCreated':
      return [
        ['created', true],
        ['title', payload['title']],
        ['priority', payload['priority'] ?? null],
      ]
    case 'WPChanged':
      return ['title', 'priority'].flatMap((name): [string, unknown][] => {
        const change = objectAt(payload, name)
        return change === null ? [] : [[name, change['new']]]
      })
    case 'WPStatusChanged':
      return [['lane', payload['new_status']]]
    case 'SubtaskCompleted':
      return [[what, payload['done']]]
    case 'Assigned':
      return [['assignee', payload['assignee'] ?? null]]
    default:
      return []
  }
}

export interface SetChange {
  readonly added: readonly string[]
  readonly removed: readonly string[]
}

/** Changes of sets, element by element. */
export function setChangesOf(event: Pick<ForeignDraft, 'event_type' | 'payload'>): [SetName, SetChange][] {
  // Cast: as above.
  const payload = event.payload as Json
  switch (event.event_type) {
    case 'WPCreated':
      return [
        ['dependencies', { added: textsAt(payload, 'dependencies'), removed: [] }],
        ['subtasks', { added: textsAt(payload, 'subtasks'), removed: [] }],
      ]
    case 'WPChanged':
      return (['dependencies', 'subtasks'] as const).flatMap((name): [SetName, SetChange][] => {
        const change = objectAt(payload, name)
        return change === null
          ? []
          : [[name, { added: textsAt(change, 'added'), removed: removedOf(change, 'id') }]]
      })
    case 'TagsChanged':
      return [['tags', { added: textsAt(payload, 'added'), removed: removedOf(payload, 'tag') }]]
    default:
      return []
  }
}

function removedOf(json: Json, key: string): string[] {
  return listAt(json, 'removed').flatMap((entry) => (isJson(entry) ? (textAt(entry, key) ?? []) : []))
}

/** Tests whether an event writes the register of that name, for `FeatureLog.registerHeads`. */
export function writesRegister(register: string): (event: LogEvent) => boolean {
  return (event) => {
    // Cast: as above.
    const payload = event.payload as Json
    switch (event.event_type) {
      case 'WPCreated':
        return register === 'title' || register === 'priority'
      case 'WPChanged':
        return objectAt(payload, register) !== null
      case 'WPStatusChanged':
        return register === 'lane'
      case 'SubtaskCompleted':
        return register === `subtask.${textAt(payload, 'subtask_id') ?? ''}`
      case 'Assigned':
        return register === 'assignee'
      default:
        return false
    }
  }
}
