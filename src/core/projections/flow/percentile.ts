/** A sample's size and three of its percentiles, in whole seconds; null if the sample is empty. */
export interface Percentiles {
  readonly count: number
  readonly p50: number | null
  readonly p85: number | null
  readonly p95: number | null
}

/** Uses nearest rank, so each percentile is a value that occurred. */
export function percentiles(seconds: readonly number[]): Percentiles {
  const sorted = [...seconds].sort((a, b) => a - b)
  return {
    count: sorted.length,
    p50: nearestRank(sorted, 50),
    p85: nearestRank(sorted, 85),
    p95: nearestRank(sorted, 95),
  }
}

function nearestRank(sorted: readonly number[], percent: number): number | null {
  return sorted[Math.max(0, Math.ceil((sorted.length * percent) / 100) - 1)] ?? null
}
