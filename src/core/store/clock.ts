import { CLOCK_GAP, witness } from '../events-lib.js'
import type { ClockReading } from '../log/clock-storage.js'

/**
 * Returns the next clock value to issue: the log decides, and what this clone remembers keeps the clock from going back
 * when git removes events. Git can carry clock.json, so it sets no clock. docs/formats.md, "The clock".
 * @param maximum the log's trusted maximum
 */
export function issueFrom(
  { own, file, problem }: ClockReading,
  maximum: number,
): { next: number; warning?: string } {
  // An event stamped that far above the others would itself count as poison.
  const isFar = (value: number): boolean => value > maximum + CLOCK_GAP
  if (isFar(own)) {
    const warning = `The clock was taken from the log: this clone has issued ${own - 1}, the log's greatest value is ${maximum}`
    return { next: maximum + 1, warning }
  }
  const next = witness(own, maximum)
  if (problem !== undefined) return { next, warning: `The clock was taken from the log: ${problem}` }
  if (file === undefined || !isFar(file)) return { next }
  const warning = `The clock was taken from the log: clock.json says ${file}, the log's greatest value is ${maximum}`
  return { next, warning }
}
