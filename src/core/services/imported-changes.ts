/** What the events of an import change in packages' definitions and subtasks. */
import type { DefinitionPlace } from '../specs/definition.js'
import type { ForeignDraft } from '../store/foreign-draft.js'
import type { SubtaskPlace } from './subtask-files.js'

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

/** The subtasks that an import has ticked, or opened again. */
export function importedTicks(
  drafts: readonly ForeignDraft[],
  feature: string,
  done: boolean,
): SubtaskPlace[] {
  return drafts.flatMap(({ event_type, entity_id, payload }) => {
    const id = payload['subtask_id']
    const isOurs = event_type === 'SubtaskCompleted' && payload.feature_slug === feature
    return isOurs && payload['done'] === done && typeof id === 'string'
      ? [{ id, workPackage: entity_id }]
      : []
  })
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
