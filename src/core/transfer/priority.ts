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
