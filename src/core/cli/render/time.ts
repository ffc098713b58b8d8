/** Times as people read them. `now` is an argument: a page is the same for the same input. */

const STEPS: readonly (readonly [seconds: number, unit: string])[] = [
  [86_400, 'day'],
  [3_600, 'hour'],
  [60, 'minute'],
]

/** "3 minutes ago"; what lies ahead, since clocks differ between machines, is "just now". Empty for no time. */
export function relativeTime(timestamp: string | null, now: Date): string {
  const then = timestamp === null ? NaN : Date.parse(timestamp)
  if (Number.isNaN(then)) return ''
  const seconds = Math.floor((now.getTime() - then) / 1000)
  for (const [size, unit] of STEPS) {
    const count = Math.floor(seconds / size)
    if (count >= 1) return `${count} ${unit}${count === 1 ? '' : 's'} ago`
  }
  return 'just now'
}

/** `2026-11-22 11:32:05`, UTC; anything that is no time comes back as it is. */
export function absoluteTime(timestamp: string): string {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/.test(timestamp)
    ? timestamp.slice(0, 19).replace('T', ' ')
    : timestamp
}
