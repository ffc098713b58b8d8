/** Dependencies that an update must not add: with what the log has, packages would wait for one another. */
import type { ForeignDraft } from '../store/event-store.js'
import type { FeatureLog } from './feature-log.js'
import { setChangesOf } from './register-writes.js'

/** Packages that a package does not come to wait for, by that package. */
export type LeftOut = ReadonlyMap<string, ReadonlySet<string>>

/**
 * Returns the edges that close a circle. A reader leaves out circles of the source's own; these lead through what
 * someone has added here.
 */
export function closingEdges(log: FeatureLog, drafts: readonly ForeignDraft[]): LeftOut {
  const changes = drafts.flatMap((draft) =>
    setChangesOf(draft).flatMap(([name, change]) =>
      name === 'dependencies'
        ? [{ id: draft.entity_id, isNew: draft.event_type === 'WPCreated', ...change }]
        : [],
    ),
  )
  const closing = new Map<string, Set<string>>()
  if (!changes.some(({ isNew, added }) => !isNew && added.length > 0)) return closing
  const waits = new Map(log.packages.map((id) => [id, new Set<string>(log.state(id)?.dependencies)]))
  const setOf = (sets: Map<string, Set<string>>, id: string): Set<string> => {
    const known = sets.get(id) ?? new Set<string>()
    sets.set(id, known)
    return known
  }
  for (const { id, isNew, added, removed } of changes) {
    const own = setOf(waits, id)
    for (const dependency of removed) own.delete(dependency)
    if (isNew) for (const dependency of added) own.add(dependency)
  }
  for (const { id, isNew, added } of changes)
    for (const dependency of isNew ? [] : added)
      setOf(leadsTo(waits, dependency, id) ? closing : waits, id).add(dependency)
  return closing
}

/** Without recursion: a chain may be as long as the feature. */
function leadsTo(waits: ReadonlyMap<string, ReadonlySet<string>>, from: string, to: string): boolean {
  const seen = new Set([from])
  for (const id of seen) {
    if (id === to) return true
    for (const next of waits.get(id) ?? []) seen.add(next)
  }
  return false
}
