/** What the events of an import change in packages' definitions and subtasks. */
import type { DefinitionPlace } from '../../specs/definition.js'
import type { ForeignDraft } from '../../store/event-store.js'

/** The places of one package that an import has written. */
export interface ImportedChange {
  has(place: DefinitionPlace): boolean
}

/** The changes of a feature's packages, by ID. */
export function importedChanges(
  drafts: readonly ForeignDraft[],
  feature: string,
): ReadonlyMap<string, ImportedChange> {
  const places = new Map<string, Set<string>>()
  for (const { event_type, entity_id, payload } of drafts) {
    if (event_type !== 'WPChanged' || payload.feature_slug !== feature) continue
    const known = places.get(entity_id) ?? new Set()
    places.set(entity_id, known)
    for (const register of ['title', 'priority'] as const)
      if (payload[register] !== undefined) known.add(nameOf({ register, element: null }))
    for (const register of ['dependencies', 'subtasks'] as const)
      for (const element of elementsOf(payload[register])) known.add(nameOf({ register, element }))
  }
  return new Map([...places].map(([id, known]) => [id, { has: (place) => known.has(nameOf(place)) }]))
}

/** IDs of the subtasks that an import has ticked, and of those that it has opened again. */
export interface ImportedTicks {
  readonly done: readonly string[]
  readonly open: readonly string[]
}

/** The subtasks of a feature's packages that an import has ticked or opened, by package. */
export function importedTicks(
  drafts: readonly ForeignDraft[],
  feature: string,
): ReadonlyMap<string, ImportedTicks> {
  const last = new Map<string, Map<string, boolean>>()
  for (const { event_type, entity_id, payload } of drafts) {
    const id = payload['subtask_id']
    if (event_type !== 'SubtaskCompleted' || payload.feature_slug !== feature || typeof id !== 'string')
      continue
    const known = last.get(entity_id) ?? new Map<string, boolean>()
    last.set(entity_id, known.set(id, payload['done'] === true))
  }
  const those = (subtasks: ReadonlyMap<string, boolean>, done: boolean): string[] =>
    [...subtasks].flatMap(([id, isDone]) => (isDone === done ? [id] : []))
  return new Map(
    [...last].map(([id, subtasks]) => [id, { done: those(subtasks, true), open: those(subtasks, false) }]),
  )
}

function nameOf({ register, element }: DefinitionPlace): string {
  return `${register} ${element ?? ''}`
}

function elementsOf(change: unknown): string[] {
  if (typeof change !== 'object' || change === null) return []
  const { added = [], removed = [] } = change as {
    added?: readonly string[]
    removed?: readonly { id: string }[]
  } // As WPChanged has them.
  return [...added, ...removed.map(({ id }) => id)]
}
