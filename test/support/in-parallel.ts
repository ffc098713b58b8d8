/** Runs `work` for every item, a few at a time: on few cores, more processes only slow each other down. */
export async function inParallel<T, R>(
  items: readonly T[],
  work: (item: T) => Promise<R>,
  atOnce = 3,
): Promise<R[]> {
  const results: R[] = []
  let next = 0
  const lane = async (): Promise<void> => {
    for (let at = next++; at < items.length; at = next++) {
      const item = items[at] as T // `at` is below the length
      results[at] = await work(item)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, lane))
  return results
}
