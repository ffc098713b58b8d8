/** At most `count` of them, spread evenly, the first and the last among them. */
export function spread<T>(points: readonly T[], count: number): T[] {
  if (points.length <= count) return [...points]
  return Array.from(
    { length: count },
    (_, at) => points[Math.round((at * (points.length - 1)) / (count - 1))],
  ).filter((point): point is T => point !== undefined)
}
