import type { Conflict, Holder, SignOfLife, WorkPackageState } from '../events-lib.js'

/** What a board shows of a work package: far smaller than its state, however long the history. */
export interface BoardRow {
  readonly feature_slug: string
  readonly work_package_id: string
  /** False until a `WPCreated` is seen. */
  readonly created: boolean
  /** Null until a `WPCreated` is seen. */
  readonly title: string | null
  readonly lane: string
  readonly lane_actor: string | null
  /** With `lane_actor`, the holder of a package in a working lane. */
  readonly lane_session: string | null
  /** The move that decides the lane, and its time; null before the first move. */
  readonly lane_event: string | null
  readonly lane_since: string | null
  /** The last event by which the holder has shown to be at work. */
  readonly lane_sign: SignOfLife | null
  /** Who did the work, or does it. */
  readonly worker: Holder | null
  /** Files of the packages that have this one ID; none while it names one package. */
  readonly collision: readonly string[]
  /** 0 … 4, 0 the most urgent. */
  readonly priority: number
  readonly dependencies: readonly string[]
  readonly tags: readonly string[]
  readonly subtasks: { readonly done: number; readonly total: number }
  /** Of the definition's subtasks. `subtasks` counts others too, which were ticked and are in no definition. */
  readonly subtask_ids: readonly string[]
  readonly gates: { readonly passed: number; readonly total: number }
  readonly updated_at: string | null
  /** Open conflicts only. */
  readonly conflicts: readonly Conflict[]
}

export function boardRowOf(state: WorkPackageState): BoardRow {
  return {
    feature_slug: state.feature_slug,
    work_package_id: state.work_package_id,
    created: state.created,
    title: state.title,
    lane: state.lane,
    lane_actor: state.lane_actor,
    lane_session: state.lane_session,
    lane_event: state.lane_event,
    lane_since: state.lane_since,
    lane_sign: state.lane_sign,
    worker: state.worker,
    collision: state.collision.map(({ file }) => file),
    priority: state.priority,
    dependencies: state.dependencies,
    tags: state.tags.map((live) => live.tag),
    subtasks: { done: state.subtasks.filter((subtask) => subtask.done).length, total: state.subtasks.length },
    subtask_ids: state.memory.subtasks.live.map(({ id }) => id),
    gates: {
      passed: state.gates.filter((gate) => gate.status === 'passed').length,
      total: state.gates.length,
    },
    updated_at: state.updated_at,
    conflicts: state.conflicts,
  }
}

/** A row as stored: an array without names, which would make the text longer and slower to read. */
type Packed = [
  feature_slug: string,
  work_package_id: string,
  title: string | null,
  lane: string,
  lane_actor: string | null,
  dependencies: readonly string[],
  tags: readonly string[],
  done: number,
  subtasks: number,
  passed: number,
  gates: number,
  updated_at: string | null,
  conflicts: readonly Conflict[],
  lane_session: string | null,
  lane_event: string | null,
  lane_since: string | null,
  priority: number,
  lane_sign: SignOfLife | null,
  worker: Holder | null,
  collision: readonly string[],
  created: boolean,
  subtask_ids: readonly string[],
]

/** Separates two packed rows. */
export const ROW_END = ','

export function packRow(row: BoardRow): string {
  const { feature_slug, work_package_id, title, lane, lane_actor, dependencies, tags } = row
  const { subtasks, gates, updated_at, conflicts } = row
  const counts = [subtasks.done, subtasks.total, gates.passed, gates.total] as const
  const packed: Packed = [
    feature_slug,
    work_package_id,
    title,
    lane,
    lane_actor,
    dependencies,
    tags,
    ...counts,
    updated_at,
    conflicts,
    row.lane_session,
    row.lane_event,
    row.lane_since,
    row.priority,
    row.lane_sign,
    row.worker,
    row.collision,
    row.created,
    row.subtask_ids,
  ]
  return JSON.stringify(packed)
}

/**
 * Parses all rows as one text, which is faster than parsing each.
 * @param text packed rows with `ROW_END` between them
 * @throws SyntaxError when packRow did not make them
 */
export function unpackRows(text: string): BoardRow[] {
  const rows = JSON.parse(`[${text}]`) as Packed[]
  return rows.map(unpackRow)
}

function unpackRow(packed: Packed): BoardRow {
  return {
    feature_slug: packed[0],
    work_package_id: packed[1],
    title: packed[2],
    lane: packed[3],
    lane_actor: packed[4],
    dependencies: packed[5],
    tags: packed[6],
    subtasks: { done: packed[7], total: packed[8] },
    gates: { passed: packed[9], total: packed[10] },
    updated_at: packed[11],
    conflicts: packed[12],
    lane_session: packed[13],
    lane_event: packed[14],
    lane_since: packed[15],
    priority: packed[16],
    lane_sign: packed[17],
    worker: packed[18],
    collision: packed[19],
    created: packed[20],
    subtask_ids: packed[21],
  }
}
