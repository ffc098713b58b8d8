import { type Holder, isSameHolder, type WorkflowTable } from '../events-lib.js'
import type { BoardRow } from '../index/board-row.js'
import { rowsByFeature } from './board.js'
import { blockers, byId } from './work-packages.js'

/** One package, as briefly as an agent can choose by. */
export interface PrimePackage {
  /** `001-login/WP01`: names the package in every command, whatever the branch. */
  readonly work_package: string
  readonly title: string
  readonly lane: string
  readonly subtasks: { readonly done: number; readonly total: number }
}

/** A list that may be cut: `total` counts what it was cut from. */
export interface PrimeList {
  readonly total: number
  readonly packages: readonly PrimePackage[]
}

export interface PrimeLists {
  /** Packages in work that this holder has. */
  readonly yours: PrimeList
  /** Rejected ones, no matter who did them: the log keeps no assignee. */
  readonly rejected: PrimeList
  /** Packages that wait for a review and that someone else handed in. */
  readonly reviews: PrimeList
  /** Packages that can be started: by priority, then those that unblock most others. */
  readonly ready: PrimeList
  readonly open_conflicts: number
}

/** Most packages per list: an agent starts with one of them, and every further line costs it context. */
const SHOWN = { yours: 5, rejected: 3, reviews: 3, ready: 5 } as const

/** Sorts the board's rows into what `holder` can do now. */
export function primeLists(rows: readonly BoardRow[], table: WorkflowTable, holder: Holder): PrimeLists {
  const list = (found: readonly BoardRow[], shown: number): PrimeList => ({
    total: found.length,
    packages: found.slice(0, shown).map(packageOf),
  })
  return {
    yours: list(
      rows.filter((row) => table.working.includes(row.lane) && isHeldBy(row, holder)),
      SHOWN.yours,
    ),
    rejected: list(
      rows.filter((row) => row.lane === 'rejected'),
      SHOWN.rejected,
    ),
    reviews: list(
      rows.filter((row) => isWaitingForReview(row.lane, table) && row.lane_actor !== holder.actor),
      SHOWN.reviews,
    ),
    ready: list(readyRows(rows, table), SHOWN.ready),
    open_conflicts: rows.reduce((sum, row) => sum + row.conflicts.length, 0),
  }
}

function isHeldBy({ lane_actor, lane_session }: BoardRow, holder: Holder): boolean {
  return lane_actor !== null && isSameHolder({ actor: lane_actor, session: lane_session }, holder)
}

/** A lane that asks for a review and in which no one works yet. */
function isWaitingForReview(lane: string, table: WorkflowTable): boolean {
  return table.lanes.includes(lane) && lane.includes('review') && !table.working.includes(lane)
}

function readyRows(rows: readonly BoardRow[], table: WorkflowTable): BoardRow[] {
  const ready: { readonly row: BoardRow; readonly waiting: number }[] = []
  for (const feature of rowsByFeature(rows).values()) {
    const known = byId(feature)
    const waiting = new Map<string, number>()
    for (const row of feature)
      if (row.lane === table.initial)
        for (const id of row.dependencies) waiting.set(id, (waiting.get(id) ?? 0) + 1)
    for (const row of feature)
      if (row.lane === table.initial && isFree(row, known, table))
        ready.push({ row, waiting: waiting.get(row.work_package_id) ?? 0 })
  }
  // The sort is stable: equals keep the board's order.
  return ready.sort((a, b) => a.row.priority - b.row.priority || b.waiting - a.waiting).map(({ row }) => row)
}

function isFree(row: BoardRow, feature: ReadonlyMap<string, BoardRow>, table: WorkflowTable): boolean {
  return row.collision.length === 0 && blockers(row, () => feature, table).length === 0
}

function packageOf(row: BoardRow): PrimePackage {
  return {
    work_package: `${row.feature_slug}/${row.work_package_id}`,
    title: row.title ?? row.work_package_id,
    lane: row.lane,
    subtasks: row.subtasks,
  }
}
