export const DAY_MS = 86_400_000
export const WEEK_MS = 7 * DAY_MS

/** The Monday before 1970-01-05, the first Monday since 1970. */
const MONDAY_OFFSET = 4 * DAY_MS

/** Start of the UTC day. All times are in milliseconds since 1970. */
export function dayOf(time: number): number {
  return Math.floor(time / DAY_MS) * DAY_MS
}

/** Start of the UTC week, a Monday. */
export function weekOf(time: number): number {
  return Math.floor((time - MONDAY_OFFSET) / WEEK_MS) * WEEK_MS + MONDAY_OFFSET
}

/** `2026-11-22` */
export function isoDay(time: number): string {
  return new Date(time).toISOString().slice(0, 10)
}

/** Returns every step from `first` to `last`, inclusive. */
export function steps(first: number, last: number, step: number): number[] {
  return Array.from(
    { length: Math.max(0, Math.floor((last - first) / step) + 1) },
    (_, at) => first + at * step,
  )
}
