/** Times for people. `now` is an argument, so that the same input gives the same page. */
import { counted } from '../../errors/counted.js'

const STEPS: readonly (readonly [seconds: number, unit: string])[] = [
  [86_400, 'day'],
  [3_600, 'hour'],
  [60, 'minute'],
]

/** "3 minutes ago". Future times are "just now", since clocks differ between machines. Empty without a time. */
export function relativeTime(timestamp: string | null, now: Date): string {
  const then = timestamp === null ? NaN : Date.parse(timestamp)
  if (Number.isNaN(then)) return ''
  const seconds = Math.floor((now.getTime() - then) / 1000)
  for (const [size, unit] of STEPS) {
    const count = Math.floor(seconds / size)
    if (count >= 1) return `${counted(count, unit)} ago`
  }
  return 'just now'
}

/** `2026-11-22 11:32:05`, UTC; text that is not a time is returned unchanged. */
export function absoluteTime(timestamp: string): string {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/.test(timestamp)
    ? timestamp.slice(0, 19).replace('T', ' ')
    : timestamp
}
