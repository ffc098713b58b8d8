/** Edges of a directed graph whose every edge leads from an index to a smaller one; no list repeats an index. */
export type Edges = readonly (readonly number[])[]

export interface Segments {
  /** Each node's segment, ascending from 0. */
  readonly segmentOf: readonly number[]
  /** The first node with an edge to each node; Infinity where there is none. */
  readonly firstChild: readonly number[]
}

/**
 * Cuts a history where it is in single file: all of one segment happened before all of the next, and inside a
 * segment no further cut is possible. So two nodes of different segments are ordered by their index, and the
 * segments are exactly the connected groups of the relation "concurrent". Linear in nodes and edges.
 */
export function cutSegments(edges: Edges): Segments {
  const firstChild = new Array<number>(edges.length).fill(Infinity)
  const headsAfter: number[] = []
  // joins[i] counts what begins to bridge the cut behind node i; a running sum tells whether any still does.
  const joins = new Array<number>(edges.length + 1).fill(0)
  // Cached by list, since crowds of nodes share one and everything below depends only on the list.
  const firstUnseen = new Map<readonly number[], number>()
  let heads = 0
  edges.forEach((parents, node) => {
    let from = firstUnseen.get(parents)
    if (from === undefined) {
      from = unseenFrom(parents, firstChild, headsAfter)
      if (parents.length > 1) firstUnseen.set(parents, from)
      for (const parent of parents) {
        if (firstChild[parent] !== Infinity) continue
        firstChild[parent] = node
        heads -= 1
      }
    }
    if (from < node) {
      joins[from] = (joins[from] ?? 0) + 1
      joins[node] = (joins[node] ?? 0) - 1
    }
    heads += 1
    headsAfter.push(heads)
  })
  return { segmentOf: numbered(joins, edges.length), firstChild }
}

/** The first cut that a node with these parents bridges: everything between its last parent and itself is unseen. */
function unseenFrom(
  parents: readonly number[],
  firstChild: readonly number[],
  headsAfter: readonly number[],
): number {
  const last = parents.reduce((greatest, parent) => Math.max(greatest, parent), -1)
  if (last < 0) return 0
  // The cut right behind its last parent holds only if the node has seen every head that there was.
  const seen = parents.filter((parent) => (firstChild[parent] ?? 0) > last).length
  return seen === headsAfter[last] ? last + 1 : last
}

function numbered(joins: readonly number[], nodes: number): number[] {
  const segmentOf: number[] = []
  let bridges = 0
  let segment = 0
  for (let node = 0; node < nodes; node += 1) {
    segmentOf.push(segment)
    bridges += joins[node] ?? 0
    if (bridges === 0) segment += 1
  }
  return segmentOf
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
