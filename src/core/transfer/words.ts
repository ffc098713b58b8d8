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

/** Maps other tools' priorities to kitty's five, from 0 for the most urgent. 2 is the default. */

const LEVELS: ReadonlyMap<string, number> = new Map([
  ...['critical', 'urgent', 'highest', 'blocker', 'p0'].map((word) => [word, 0] as const),
  ...['high', 'h', 'major', 'p1'].map((word) => [word, 1] as const),
  ...['medium', 'm', 'normal', 'default', 'p2'].map((word) => [word, 2] as const),
  ...['low', 'l', 'minor', 'p3'].map((word) => [word, 3] as const),
  ...['lowest', 'trivial', 'p4'].map((word) => [word, 4] as const),
])

/** @returns 0 … 4, or undefined for a word that no such scale has */
export function priorityLevel(text: string): number | undefined {
  const word = text.trim().toLowerCase()
  return /^[0-4]$/.test(word) ? Number(word) : LEVELS.get(word)
}
