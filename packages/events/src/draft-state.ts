import type { ElementRemoval } from './payloads.js'
import type { EventId, EventType, KittyEvent, LogEvent } from './event.js'
import type { WorkPackageState } from './work-package-state.js'

/** A state while events are applied to it; what it holds is replaced, never changed in place. */
export type Draft = { -readonly [Key in keyof WorkPackageState]: WorkPackageState[Key] } & {
  heads: Record<string, readonly EventId[]>
}
/** An event of one type. */
export type Of<Type extends EventType> = Extract<KittyEvent, { event_type: Type }>

/** What applying an event needs to know about the history, other than the state. */
export interface Sight {
  /** Whether the event has seen an earlier one of its entity. */
  hasSeen(event: LogEvent, earlier: string): boolean
  /** The event that counts for an import. */
  originalOf(id: string): string
  /** Whether a note of this id was applied. */
  isNote(id: string): boolean
}

/** For an event that has seen the whole history of its entity. */
export const SEES_ALL: Sight = { hasSeen: () => true, originalOf: (id) => id, isNote: () => true }

/** Changes part of what the state remembers but does not show. */
export function remember(draft: Draft, change: Partial<Draft['memory']>): void {
  draft.memory = { ...draft.memory, ...change }
}

/** Names the event that counts where a removal had seen another import of it. */
export function withOriginals<Removal extends Pick<ElementRemoval, 'seen'>>(
  removed: readonly Removal[],
  sight: Sight,
): Removal[] {
  return removed.map((removal) => ({ ...removal, seen: removal.seen.map((id) => sight.originalOf(id)) }))
}
