import type { Conflict, EventId, Holder, SignOfLife, Timestamp, WorkPackageState } from '../events-lib.js'

/**
 * What a board shows of a work package: far smaller than its state, however long the history. Rows of an index are
 * read-only views, which cannot be spread or serialized.
 */
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
  readonly lane_event: EventId | null
  readonly lane_since: Timestamp | null
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
  readonly updated_at: Timestamp | null
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

/** Stands for an empty list, and for a value that the row has elsewhere: most rows have many of both. */
const SAME = 0
type OrSame<T> = T | typeof SAME

/** A row as stored: an array without names, which would make the text longer and slower to read. */
type Packed = [
  feature_slug: string,
  work_package_id: string,
  title: string | null,
  lane: string,
  lane_actor: string | null,
  lane_session: string | null,
  lane_event: EventId | null,
  updated_at: Timestamp | null,
  lane_since: OrSame<Timestamp | null>,
  lane_sign: OrSame<SignOfLife | null>,
  worker: OrSame<Holder | null>,
  priority: number,
  done: number,
  subtasks: number,
  passed: number,
  gates: number,
  created: boolean,
  dependencies: OrSame<readonly string[]>,
  tags: OrSame<readonly string[]>,
  subtask_ids: OrSame<readonly string[]>,
  conflicts: OrSame<readonly Conflict[]>,
  collision: OrSame<readonly string[]>,
]

/** Separates two packed rows. */
export const ROW_END = ','

export function packRow(row: BoardRow): string {
  const { lane_actor, lane_session, lane_event, lane_since, lane_sign, updated_at, subtasks, gates } = row
  const isTheMove = lane_sign?.event_id === lane_event && lane_sign.timestamp === lane_since
  const isTheHolder = row.worker?.actor === lane_actor && row.worker.session === lane_session
  const packed: Packed = [
    row.feature_slug,
    row.work_package_id,
    row.title,
    row.lane,
    lane_actor,
    lane_session,
    lane_event,
    updated_at,
    lane_since === updated_at ? SAME : lane_since,
    isTheMove ? SAME : lane_sign,
    isTheHolder ? SAME : row.worker,
    row.priority,
    subtasks.done,
    subtasks.total,
    gates.passed,
    gates.total,
    row.created,
    packList(row.dependencies),
    packList(row.tags),
    packList(row.subtask_ids),
    packList(row.conflicts),
    packList(row.collision),
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
  return rows.map((row) => new StoredRow(row))
}

/** Unpacks a value when it is read: most readers of a large board look at two or three of each row. */
class StoredRow implements BoardRow {
  constructor(private readonly packed: Packed) {}

  get feature_slug(): string {
    return this.packed[0]
  }
  get work_package_id(): string {
    return this.packed[1]
  }
  get created(): boolean {
    return this.packed[16]
  }
  get title(): string | null {
    return this.packed[2]
  }
  get lane(): string {
    return this.packed[3]
  }
  get lane_actor(): string | null {
    return this.packed[4]
  }
  get lane_session(): string | null {
    return this.packed[5]
  }
  get lane_event(): EventId | null {
    return this.packed[6]
  }
  get lane_since(): Timestamp | null {
    return this.packed[8] === SAME ? this.packed[7] : this.packed[8]
  }
  get lane_sign(): SignOfLife | null {
    return this.packed[9] === SAME ? signOf(this.packed[6], this.lane_since) : this.packed[9]
  }
  get worker(): Holder | null {
    return this.packed[10] === SAME ? holderOf(this.packed[4], this.packed[5]) : this.packed[10]
  }
  get collision(): readonly string[] {
    return unpackList(this.packed[21])
  }
  get priority(): number {
    return this.packed[11]
  }
  get dependencies(): readonly string[] {
    return unpackList(this.packed[17])
  }
  get tags(): readonly string[] {
    return unpackList(this.packed[18])
  }
  get subtasks(): BoardRow['subtasks'] {
    return { done: this.packed[12], total: this.packed[13] }
  }
  get subtask_ids(): readonly string[] {
    return unpackList(this.packed[19])
  }
  get gates(): BoardRow['gates'] {
    return { passed: this.packed[14], total: this.packed[15] }
  }
  get updated_at(): Timestamp | null {
    return this.packed[7]
  }
  get conflicts(): readonly Conflict[] {
    return unpackList(this.packed[20])
  }
}

function signOf(event_id: EventId | null, timestamp: Timestamp | null): SignOfLife | null {
  return event_id === null || timestamp === null ? null : { event_id, timestamp }
}

function holderOf(actor: string | null, session: string | null): Holder | null {
  return actor === null ? null : { actor, session }
}

const NONE: readonly never[] = []

function packList<T>(list: readonly T[]): OrSame<readonly T[]> {
  return list.length === 0 ? SAME : list
}

function unpackList<T>(list: OrSame<readonly T[]>): readonly T[] {
  return list === SAME ? NONE : list
}
