import { movesFrom, type WorkflowTable } from '../events-lib.js'
import type { About } from './documents.js'

/** @param repository name of the repository's folder, used in the page's title */
export function about(
  table: WorkflowTable,
  { repository, actor, readOnly }: { repository: string; actor: string; readOnly: boolean },
): About {
  const moves = table.lanes.map((lane) => {
    const open = movesFrom(table, lane).filter((move) => move.forcedOnly !== true)
    return [
      lane,
      open.map(({ to, requires = [], always = [] }) => ({
        to,
        requires: [...requires, ...always, ...(table.enters?.[to] ?? [])],
      })),
    ] as const
  })
  return {
    repository,
    actor,
    read_only: readOnly,
    lanes: table.lanes,
    initial: table.initial,
    done: table.done,
    dropped: table.dropped,
    moves: Object.fromEntries(moves),
  }
}
