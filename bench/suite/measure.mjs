/** Computes numbers from samples, as pure functions, so that tests can check the report's arithmetic. */

/** The middle value; for an even number of samples, the mean of the two middle ones. */
export function median(samples) {
  const sorted = [...samples].sort((a, b) => a - b)
  const middle = sorted.length / 2
  return sorted.length % 2 === 1 ? sorted[Math.floor(middle)] : (sorted[middle - 1] + sorted[middle]) / 2
}

/** @returns `{ median, min, max, runs }` of at least one sample */
export function summary(samples) {
  if (samples.length === 0) throw new Error('nothing was measured')
  return {
    median: median(samples),
    min: Math.min(...samples),
    max: Math.max(...samples),
    runs: samples.length,
  }
}

/**
 * A row of the report: samples against a reference, pair by pair. Each ratio compares two runs that followed each
 * other, so that a temporary slowdown of the machine affects both.
 * @param what `{ what, at, unit, samples, against: { what, samples }, goal: { name, of, atMost | atLeast } }`; `at` in
 * events or undefined, `goal` undefined if there is none, `of`: `ratio` or `took`
 */
export function row({ what, at, unit = 'ms', samples, against, goal }) {
  const took = summary(samples)
  const limit = against === undefined ? undefined : { what: against.what, ...summary(against.samples) }
  const ratio =
    against === undefined ? undefined : summary(samples.map((value, run) => value / against.samples[run]))
  const judged = goal?.of === 'took' ? took.median : ratio?.median
  const met = goal === undefined ? undefined : isMet(judged, goal)
  return { what, at, unit, took, limit, ratio, goal, met }
}

function isMet(value, { atMost, atLeast }) {
  return atMost === undefined ? value >= atLeast : value <= atMost
}

/** The value that a goal judges: the ratio, or the time itself. */
export function judged({ goal, ratio, took }) {
  return goal.of === 'took' ? took.median : ratio.median
}

/** The goals of these rows, each with the row that misses it by most. */
export function goalsOf(rows) {
  const worst = new Map()
  for (const one of rows) {
    if (one.goal === undefined) continue
    const known = worst.get(one.goal.name)
    if (known === undefined || isWorse(one, known)) worst.set(one.goal.name, one)
  }
  return [...worst.values()]
}

function isWorse(one, other) {
  const difference = judged(one) - judged(other)
  return one.goal.atMost === undefined ? difference < 0 : difference > 0
}
