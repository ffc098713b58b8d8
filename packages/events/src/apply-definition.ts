import { DEFAULT_PRIORITY } from './event.js'
import { changeSet, type ObservedSet } from './merge.js'
import { type Draft, type Of, remember, type Sight, withOriginals } from './draft-state.js'
import type { SubtaskState } from './work-package-state.js'

/** A package is defined, for the first time or again. */
export function create(draft: Draft, event: Of<'WPCreated'>, sight: Sight): void {
  const { title, priority, dependencies, subtasks } = event.payload
  draft.created = true
  draft.title = title
  draft.priority = priority ?? DEFAULT_PRIORITY
  const replaced = (set: ObservedSet, added: readonly string[]) => inPlaceOf(set, added, event, sight)
  setDependencies(draft, replaced(draft.memory.dependencies, dependencies))
  setSubtasks(draft, replaced(draft.memory.subtasks, subtasks), [])
}

/** A definition takes the place of all that its writer had seen; elements that others added concurrently stay. */
function inPlaceOf(
  set: ObservedSet,
  added: readonly string[],
  event: Of<'WPCreated'>,
  sight: Sight,
): ObservedSet {
  const removed = set.live.map(({ id, adds }) => ({
    id,
    seen: adds.filter((add) => sight.hasSeen(event, add)),
  }))
  const { live, gone } = changeSet(set, event.event_id, { added, removed })
  const place = new Map([...new Set(added)].map((id, at) => [id, at]))
  const listed = live.filter(({ id }) => place.has(id))
  return {
    live: [
      ...listed.sort((a, b) => (place.get(a.id) ?? 0) - (place.get(b.id) ?? 0)),
      ...live.filter(({ id }) => !place.has(id)),
    ],
    gone,
  }
}

/** A definition changes where the event says so. */
export function change(draft: Draft, { event_id, payload }: Of<'WPChanged'>, sight: Sight): void {
  const { title, priority, dependencies, subtasks } = payload
  if (title) draft.title = title.new
  if (priority) draft.priority = priority.new
  if (dependencies) {
    const { added, removed } = dependencies
    const seen = withOriginals(removed, sight)
    setDependencies(draft, changeSet(draft.memory.dependencies, event_id, { added, removed: seen }))
  }
  if (subtasks) {
    const { added, removed } = subtasks
    const seen = withOriginals(removed, sight)
    const set = changeSet(draft.memory.subtasks, event_id, { added, removed: seen })
    setSubtasks(
      draft,
      set,
      removed.map(({ id }) => id),
    )
  }
}

function setDependencies(draft: Draft, dependencies: ObservedSet): void {
  remember(draft, { dependencies })
  draft.dependencies = dependencies.live.map(({ id }) => id)
}

/** @param taken those that this event takes off the definition by name */
function setSubtasks(draft: Draft, subtasks: ObservedSet, taken: readonly string[]): void {
  remember(draft, { subtasks })
  const known = new Map([...draft.former_subtasks, ...draft.subtasks].map((subtask) => [subtask.id, subtask]))
  const ids = subtasks.live.map(({ id }) => id)
  const listed = new Set(ids)
  const stateOf = (id: string): SubtaskState => known.get(id) ?? { id, done: false, event: null }
  const former = new Set([
    ...draft.former_subtasks.map(({ id }) => id),
    ...taken.filter((id) => known.has(id)),
  ])
  // What only a replaced definition had listed goes; what someone has written stays.
  const others = draft.subtasks.filter(
    ({ id, event }) => event !== null && !listed.has(id) && !former.has(id),
  )
  draft.subtasks = [...ids.map(stateOf), ...others]
  draft.former_subtasks = [...former].filter((id) => !listed.has(id)).map(stateOf)
}
