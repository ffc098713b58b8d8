import type { LaneRole } from './document.js'

/** Words for statuses in handmade lists and tables. */
const ROLES: Readonly<Record<LaneRole, readonly string[]>> = {
  initial: [
    '',
    'todo',
    'to do',
    'open',
    'new',
    'planned',
    'pending',
    'backlog',
    'ready',
    'not started',
    'proposed',
  ],
  working: [
    'doing',
    'in progress',
    'in-progress',
    'started',
    'active',
    'wip',
    'claimed',
    'assigned',
    'ongoing',
  ],
  review: ['review', 'in review', 'for review', 'testing', 'qa', 'verify', 'approved'],
  done: ['done', 'closed', 'complete', 'completed', 'resolved', 'fixed', 'merged', 'finished', 'released'],
  dropped: [
    'canceled',
    'cancelled',
    'wontfix',
    "won't fix",
    "won't do",
    'duplicate',
    'abandoned',
    'dropped',
    'obsolete',
  ],
  stopped: ['blocked', 'on hold', 'waiting', 'deferred', 'paused', 'postponed', 'stopped'],
}
const BY_WORD: ReadonlyMap<string, LaneRole> = new Map(
  // Cast: Object.entries forgets that the keys are roles.
  (Object.entries(ROLES) as [LaneRole, readonly string[]][]).flatMap(([role, words]) =>
    words.map((word) => [word, role] as const),
  ),
)

/**
 * Returns the role that a status word stands for, however it is written; undefined for a word that no one else uses.
 */
export function roleOfWord(status: string): LaneRole | undefined {
  return BY_WORD.get(status.trim().toLowerCase().replaceAll('_', ' '))
}
