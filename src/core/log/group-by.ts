/** Replaces `Map.groupBy`, which the oldest supported Node lacks. */
export function groupBy<T>(items: Iterable<T>, keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const item of items) addTo(groups, keyOf(item), item)
  return groups
}

/** Adds to a group in place: one that is copied for each item takes quadratic time. */
export function addTo<K, T>(groups: Map<K, T[]>, key: K, item: T): void {
  const group = groups.get(key)
  if (group === undefined) groups.set(key, [item])
  else group.push(item)
}
