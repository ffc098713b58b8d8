/** Edges of a directed graph whose every edge leads from an index to a smaller one. */
export type Edges = readonly (readonly number[])[]

/**
 * Cuts a history where it is in single file: all of one segment happened before all of the next, and inside a
 * segment no further cut is possible. So two nodes of different segments are ordered by their index, and the
 * segments are exactly the connected groups of the relation "concurrent".
 * @returns each node's segment, ascending from 0, and the heads after each node
 */
export function cutSegments(edges: Edges): {
  readonly segmentOf: readonly number[]
  readonly headsAt: Edges
} {
  const headsAt: (readonly number[])[] = []
  // joins[i] counts what begins to bridge the cut behind node i; a running sum tells whether any still does.
  const joins = new Array<number>(edges.length + 1).fill(0)
  let heads: readonly number[] = []
  let [list, seen, last]: [readonly number[], ReadonlySet<number>, number] = [[], new Set(), -1]
  edges.forEach((parents, node) => {
    if (parents !== list) {
      // Crowds of nodes share one list; what is known of it is kept.
      list = parents
      seen = new Set(parents)
      last = parents.reduce((greatest, parent) => Math.max(greatest, parent), -1)
    }
    // Whatever stands between its last parent and itself, this node has not seen.
    let from = last + 1
    // The cut right behind its last parent holds only if it has seen every head there was.
    if (last >= 0 && !(headsAt[last] ?? []).every((head) => seen.has(head))) from = last
    if (from < node) {
      joins[from] = (joins[from] ?? 0) + 1
      joins[node] = (joins[node] ?? 0) - 1
    }
    heads = [...heads.filter((head) => !seen.has(head)), node]
    headsAt.push(heads)
  })
  const segmentOf: number[] = []
  let bridges = 0
  let segment = 0
  edges.forEach((_, node) => {
    segmentOf.push(segment)
    bridges += joins[node] ?? 0
    if (bridges === 0) segment += 1
  })
  return { segmentOf, headsAt }
}

/** Whether `later` reaches `earlier`. Visits only nodes between the two. */
export function reaches(edges: Edges, later: number, earlier: number): boolean {
  return latestOf(edges, [earlier, later]).length === 1
}

/**
 * Those of the nodes that none of the others reaches, ascending. Visits only nodes between the first and the
 * last of them, each once.
 */
export function latestOf(edges: Edges, nodes: readonly number[]): number[] {
  const members = [...new Set(nodes)].sort((a, b) => a - b)
  const floor = members[0] ?? 0
  const reached = new Set<number>()
  const walked = new Set<readonly number[]>()
  const pending = [...members]
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    const parents = edges[node] ?? []
    if (walked.has(parents)) continue
    walked.add(parents)
    for (const parent of parents) {
      if (parent < floor || reached.has(parent)) continue
      reached.add(parent)
      pending.push(parent)
    }
  }
  return members.filter((member) => !reached.has(member))
}
