import type { TransferItem } from './document.js'

export interface DroppedEdge {
  readonly item: string
  readonly dependency: string
  readonly why: 'unknown' | 'cycle' | 'itself'
}

/**
 * Returns the items with only the dependencies that kitty accepts: known items of the same feature, without cycles. Of
 * a cycle, drops the edge that closes it when items are processed in order.
 */
export function withoutBadEdges(items: readonly TransferItem[]): {
  readonly items: readonly TransferItem[]
  readonly dropped: readonly DroppedEdge[]
} {
  const byId = new Map(items.map((item) => [item.id, item]))
  const dropped: DroppedEdge[] = []
  const closing = new Set<string>()
  const done = new Set<string>()
  for (const { id } of items) findClosingEdges(id, byId, done, closing)
  const kept = items.map((item) => {
    const dependencies = [...new Set(item.dependencies)].filter((dependency) => {
      const why = reasonAgainst(item.id, dependency)
      if (why !== undefined) dropped.push({ item: item.id, dependency, why })
      return why === undefined
    })
    return dependencies.length === item.dependencies.length ? item : { ...item, dependencies }
  })
  return { items: kept, dropped }

  function reasonAgainst(item: string, dependency: string): DroppedEdge['why'] | undefined {
    if (!byId.has(dependency)) return 'unknown'
    if (dependency === item) return 'itself'
    return closing.has(edgeKey(item, dependency)) ? 'cycle' : undefined
  }
}

/** Walks down from one item without recursion: a chain may be as long as the file. */
function findClosingEdges(
  start: string,
  byId: ReadonlyMap<string, TransferItem>,
  done: Set<string>,
  closing: Set<string>,
): void {
  if (done.has(start)) return
  const path = new Set<string>([start])
  const stack = [{ id: start, next: 0 }]
  for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
    const dependency = byId.get(top.id)?.dependencies[top.next]
    top.next += 1
    if (dependency === undefined) {
      path.delete(top.id)
      done.add(top.id)
      stack.pop()
    } else if (path.has(dependency)) {
      closing.add(edgeKey(top.id, dependency))
    } else if (!done.has(dependency) && byId.has(dependency)) {
      path.add(dependency)
      stack.push({ id: dependency, next: 0 })
    }
  }
}

function edgeKey(item: string, dependency: string): string {
  return JSON.stringify([item, dependency])
}
