import { isoDay, WEEK_MS, weekOf } from './calendar.js'
import type { Forecast } from './flow-document.js'

/** The pace of long ago says little. */
const SAMPLED_WEEKS = 12
/** Ten years: beyond that, a date is meaningless. */
const LONGEST_WEEKS = 520

/**
 * Draws each coming week from the last whole weeks, all equally likely, and adds up until the rest is done. The
 * distribution is computed exactly, by convolution, so the same log always gives the same dates.
 * @param weekly packages done per whole week, oldest first
 * @returns null if nothing remains, if no week is known, or if the dates are more than ten years away
 */
export function forecast(weekly: readonly number[], remaining: number, now: number): Forecast | null {
  const sample = weekly.slice(-SAMPLED_WEEKS)
  if (remaining <= 0 || !sample.some((done) => done > 0)) return null
  const likely = weeksUntil(sample, remaining, 0.5)
  const cautious = weeksUntil(sample, remaining, 0.85)
  if (likely === undefined || cautious === undefined) return null
  const day = (weeks: number): string => isoDay(weekOf(now) + weeks * WEEK_MS)
  return { remaining, weeks_sampled: sample.length, likely: day(likely), cautious: day(cautious) }
}

/** Returns the number of weeks after which at least `confidence` of all draws have finished the rest. */
function weeksUntil(sample: readonly number[], remaining: number, confidence: number): number | undefined {
  // Probability that exactly this many are done, up to all of them.
  let done = new Float64Array(remaining + 1)
  done[0] = 1
  for (let week = 1; week <= LONGEST_WEEKS; week += 1) {
    const next = new Float64Array(remaining + 1)
    done.forEach((probability, count) => {
      if (probability === 0) return
      for (const more of sample) {
        const sum = Math.min(remaining, count + more)
        next[sum] = (next[sum] ?? 0) + probability / sample.length
      }
    })
    done = next
    if ((done[remaining] ?? 0) >= confidence - 1e-9) return week
  }
  return undefined
}
