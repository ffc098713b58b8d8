/** A value that exceeds the next lower one in the log by more than this forged, not time. */
export const CLOCK_GAP = 1_000_000

/**
 * Issues one value.
 * @param next the next value to issue, 1 in a fresh project
 * @throws RangeError when `next` is not an integer from 1 to 2^53−2: a clock that cannot rise must not issue
 */
export function tick(next: number): { readonly value: number; readonly next: number } {
  if (!Number.isSafeInteger(next) || next < 1 || next === Number.MAX_SAFE_INTEGER) {
    throw new RangeError(`The Lamport clock cannot issue ${next}; recompute it from the log's maximum.`)
  }
  return { value: next, next: next + 1 }
}

/** Moves past a value seen elsewhere. @returns the next value to issue, which never goes backwards */
export function witness(next: number, seen: number): number {
  return Math.max(next, seen + 1)
}

/**
 * Finds the greatest value that the clock may follow.
 *
 * A single forged line could otherwise push every later writer to the end of the number line, so the clock follows
 * nothing above the first gap larger than {@link CLOCK_GAP}. Those events stay in the log.
 * @param ascending distinct values of the log, smallest first
 * @param floor a value known to be good, 0 for none
 */
export function trustedMaximum(
  ascending: Iterable<number>,
  floor = 0,
): { readonly maximum: number; readonly suspicious: number[] } {
  let maximum = floor
  const suspicious: number[] = []
  for (const value of ascending) {
    // The maximum stays below the first gap, so everything above the gap is at least as far away.
    if (value - maximum > CLOCK_GAP) suspicious.push(value)
    else if (value > maximum) maximum = value
  }
  return { maximum, suspicious }
}
