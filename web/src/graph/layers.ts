import { grouped } from '../format.js'
/** A package as a point of the dependency graph. */
export interface Node {
  readonly id: string
  readonly dependencies: readonly string[]
  readonly isDone: boolean
}

export interface Layered<T> {
  readonly node: T
  /** Longest chain of dependencies before it. */
  readonly rank: number
  /** Place within its rank. */
  readonly place: number
}

/** Ranks by longest path; within a rank, below the middle of what each depends on. A cycle is cut where it closes. */
export function layers<T extends Node>(nodes: readonly T[]): Layered<T>[] {
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const ranks = longestPaths(byId)
  const groups = grouped(nodes, ({ id }) => (ranks.get(id)?.length ?? 1) - 1)
  const places = new Map<string, number>()
  return [...groups.keys()]
    .sort((a, b) => a - b)
    .flatMap((rank) => {
      const middle = ({ dependencies }: T): number => {
        const known = dependencies.flatMap((id) => places.get(id) ?? [])
        return known.length === 0 ? 0 : known.reduce((sum, place) => sum + place, 0) / known.length
      }
      const own = (groups.get(rank) ?? []).toSorted((a, b) => middle(a) - middle(b))
      own.forEach(({ id }, place) => places.set(id, place))
      return own.map((node, place) => ({ node, rank, place }))
    })
}

/** The longest chain of packages that are not done: the work that nothing can be done in parallel with. */
export function criticalPath(nodes: readonly Node[]): string[] {
  const unfinished = new Map(nodes.filter(({ isDone }) => !isDone).map((node) => [node.id, node]))
  const paths = longestPaths(unfinished)
  const path = [...paths.values()].reduce<readonly string[]>(
    (best, one) => (one.length > best.length ? one : best),
    [],
  )
  return path.length > 1 ? [...path] : []
}

/** By package, the longest chain that ends with it. */
function longestPaths(nodes: ReadonlyMap<string, Node>): Map<string, readonly string[]> {
  const paths = new Map<string, readonly string[]>()
  const entered = new Set<string>()
  const visit = (node: Node): readonly string[] => {
    const known = paths.get(node.id)
    if (known !== undefined) return known
    entered.add(node.id)
    let best: readonly string[] = []
    for (const id of node.dependencies) {
      const earlier = nodes.get(id)
      if (earlier === undefined || (entered.has(id) && !paths.has(id))) continue
      const path = visit(earlier)
      if (path.length > best.length) best = path
    }
    const path = [...best, node.id]
    paths.set(node.id, path)
    return path
  }
  for (const node of nodes.values()) visit(node)
  return paths
}
