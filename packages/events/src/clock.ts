/** A value this much above the next lower one in the log is poison, not time. */
export const CLOCK_GAP = 1_000_000

/**
 * Issues one value.
 * @param next the next value to issue, 1 in a fresh project
 * @throws RangeError when `next` is no integer from 1 to 2^53−2: a clock that cannot rise must not issue
 */
export function tick(next: number): { readonly value: number; readonly next: number } {
  if (!Number.isSafeInteger(next) || next < 1 || next === Number.MAX_SAFE_INTEGER) {
    throw new RangeError(`The Lamport clock cannot issue ${next}; recompute it from the log's maximum.`)
  }
  return { value: next, next: next + 1 }
}

/** Takes note of a value seen elsewhere. @returns the next value to issue; it never goes backwards */
export function witness(next: number, seen: number): number {
  return Math.max(next, seen + 1)
}

/**
 * The greatest value the clock may follow.
 *
 * A single forged line could otherwise push every later writer to the end of the number line, so everything
 * above the first gap larger than {@link CLOCK_GAP} stays in the log and is not followed.
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
    // The maximum stays below the first gap, so everything above it lies as far away.
    if (value - maximum > CLOCK_GAP) suspicious.push(value)
    else if (value > maximum) maximum = value
  }
  return { maximum, suspicious }
}
