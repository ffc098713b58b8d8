interface Traced {
  readonly event_id: string
  readonly parents: readonly string[] | null
}

/** A line of the graph: from a column at the top of its part of the row to one at the bottom. */
export type Line = readonly [from: number, to: number, part: 'above' | 'below' | 'through']

export interface HistoryRow<T> {
  readonly event: T
  readonly column: number
  readonly lines: readonly Line[]
}

/**
 * Lays out events and parents, newest first: one column per line of development that is open at that point.
 * @param events in total order; without parents an event is taken to follow the one before it
 */
export function historyRows<T extends Traced>(
  events: readonly T[],
): { rows: HistoryRow<T>[]; columns: number } {
  const known = new Set(events.map(({ event_id }) => event_id))
  // By column: the event that the line down this column leads to.
  let open: (string | undefined)[] = []
  let columns = 1
  const rows = events.toReversed().map((event, at) => {
    const older = events[events.length - 2 - at]
    const parents = (event.parents ?? (older === undefined ? [] : [older.event_id])).filter((id) =>
      known.has(id),
    )
    const found = open.indexOf(event.event_id)
    const column = found >= 0 ? found : freeColumn(open)
    const next = open.map((id) => (id === event.event_id ? undefined : id))
    const lines: Line[] = open.flatMap((id, from): Line[] =>
      id === undefined ? [] : id === event.event_id ? [[from, column, 'above']] : [[from, from, 'through']],
    )
    for (const [index, parent] of parents.entries()) {
      const waiting = next.indexOf(parent)
      const to = waiting >= 0 ? waiting : index === 0 ? column : freeColumn(next)
      next[to] = parent
      lines.push([column, to, 'below'])
    }
    open = next
    columns = Math.max(columns, next.length)
    return { event, column, lines }
  })
  return { rows, columns }
}

function freeColumn(open: readonly (string | undefined)[]): number {
  const free = open.findIndex((id) => id === undefined)
  return free < 0 ? open.length : free
}
