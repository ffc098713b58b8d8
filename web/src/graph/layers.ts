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
  const ranks = longestChains(byId)
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
  const chains = longestChains(unfinished)
  const path: string[] = []
  let length = 1
  let last: string | undefined
  for (const [id, chain] of chains) if (chain.length > length) [last, length] = [id, chain.length]
  for (; last !== undefined; last = chains.get(last)?.before) path.push(last)
  return path.reverse()
}

/** The longest chain that ends with a package. */
interface Chain {
  readonly length: number
  /** The package before it in that chain. */
  readonly before: string | undefined
}

/** By package. Walks without recursion: a chain may be thousands of packages long. */
function longestChains(nodes: ReadonlyMap<string, Node>): Map<string, Chain> {
  const chains = new Map<string, Chain>()
  const entered = new Set<string>()
  for (const first of nodes.keys()) {
    const waiting = [first]
    for (let id = waiting.at(-1); id !== undefined; id = waiting.at(-1)) {
      const known = (nodes.get(id)?.dependencies ?? []).filter((one) => nodes.has(one))
      // One that is entered and has no chain yet closes a cycle.
      const next = entered.has(id) ? [] : known.filter((one) => !entered.has(one)).reverse()
      entered.add(id)
      if (next.length > 0) for (const one of next) waiting.push(one)
      else {
        waiting.pop()
        if (!chains.has(id)) chains.set(id, longestOf(known, chains))
      }
    }
  }
  return chains
}

function longestOf(dependencies: readonly string[], chains: ReadonlyMap<string, Chain>): Chain {
  let longest: Chain = { length: 1, before: undefined }
  for (const id of dependencies) {
    const length = (chains.get(id)?.length ?? 0) + 1
    if (length > longest.length) longest = { length, before: id }
  }
  return longest
}
