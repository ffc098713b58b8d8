import type { LogEvent } from '../../events-lib.js'
import type { BoardRow } from '../../index/board-row.js'
import { byId } from '../../projections/work-packages.js'
import type { EventStore } from '../../store/event-store.js'

/** The command to take back. */
export interface UndoneCommand {
  readonly undone: readonly LogEvent[]
  /** The rows of a feature's board, by package: read once, since nothing is written before everything is decided. */
  readonly board: (feature: string) => Promise<ReadonlyMap<string, BoardRow>>
}

export function undoneCommand(undone: readonly LogEvent[], store: EventStore): UndoneCommand {
  const known = new Map<string, ReadonlyMap<string, BoardRow>>()
  return {
    undone,
    async board(feature) {
      const rows = known.get(feature) ?? byId(await store.boardRows(feature))
      known.set(feature, rows)
      return rows
    },
  }
}
