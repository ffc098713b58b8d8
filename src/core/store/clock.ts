import { CLOCK_GAP, witness } from '../events-lib.js'

export type ClockReading =
  | { readonly value: number; readonly seen?: number }
  | { readonly problem: string; readonly missing?: boolean }

/**
 * Returns the next clock value to issue. The log decides; clock.json only saves a query, and keeps the clock from going
 * back when git removes events. docs/formats.md, "The clock".
 * @param maximum the log's trusted maximum
 */
export function issueFrom(reading: ClockReading, maximum: number): { next: number; warning?: string } {
  // A new clock has no file yet.
  if ('problem' in reading && reading.missing) return { next: maximum + 1 }
  if ('problem' in reading)
    return { next: maximum + 1, warning: `The clock was taken from the log: ${reading.problem}` }
  // An event stamped that far above the others would itself count as poison.
  if (reading.value > maximum + CLOCK_GAP)
    return {
      next: maximum + 1,
      warning: `The clock was taken from the log: clock.json says ${reading.value}, the log's greatest value is ${maximum}`,
    }
  // Git carried the file here, and its author chose the value.
  const own = Math.min(reading.value, reading.seen ?? reading.value)
  return { next: witness(own, maximum) }
}
