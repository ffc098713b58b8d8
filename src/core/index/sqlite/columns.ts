// Written by `npm run generate` from src/entities, where a table's columns are named: change the entity.

/** The columns of `event`, as SQL names them. */
export const EVENT_COLUMNS =
  '"event_id", "lamport_clock", "entity_id", "entity_type", "event_type", "feature_slug", "timestamp", "date", "actor", "causation_id", "correlation_id", "work_package_id", "file", "line", "offset", "length"'

export interface EventRow {
  readonly event_id: string
  readonly lamport_clock: number
  readonly entity_id: string
  readonly entity_type: string
  readonly event_type: string
  readonly feature_slug: string
  readonly timestamp: string
  readonly date: string
  readonly actor: string
  readonly causation_id: string | null
  readonly correlation_id: string | null
  readonly work_package_id: string | null
  readonly file: string
  readonly line: number
  readonly offset: number
  readonly length: number
}

/** In the order of the columns, each by name: looking a value up by its column's name takes as long as storing it. */
export function eventValues(row: EventRow): readonly (string | number | null)[] {
  return [
    row.event_id,
    row.lamport_clock,
    row.entity_id,
    row.entity_type,
    row.event_type,
    row.feature_slug,
    row.timestamp,
    row.date,
    row.actor,
    row.causation_id,
    row.correlation_id,
    row.work_package_id,
    row.file,
    row.line,
    row.offset,
    row.length,
  ]
}

/** The columns of `log_file`, as SQL names them. */
export const LOG_FILE_COLUMNS = '"file", "identity", "size", "offset", "line", "crc"'

export interface LogFileRow {
  readonly file: string
  readonly identity: string
  readonly size: number
  readonly offset: number
  readonly line: number
  readonly crc: number
}

/** In the order of the columns, each by name: looking a value up by its column's name takes as long as storing it. */
export function logFileValues(row: LogFileRow): readonly (string | number)[] {
  return [row.file, row.identity, row.size, row.offset, row.line, row.crc]
}

/** The columns of `work_package`, as SQL names them. */
export const WORK_PACKAGE_COLUMNS = '"feature_slug", "work_package_id", "lane", "state", "crc"'

export interface WorkPackageRow {
  readonly feature_slug: string
  readonly work_package_id: string
  readonly lane: string
  readonly state: string
  readonly crc: number
}

/** In the order of the columns, each by name: looking a value up by its column's name takes as long as storing it. */
export function workPackageValues(row: WorkPackageRow): readonly (string | number)[] {
  return [row.feature_slug, row.work_package_id, row.lane, row.state, row.crc]
}

/** The columns of `board_row`, as SQL names them. */
export const BOARD_ROW_COLUMNS = '"feature_slug", "work_package_id", "packed", "copy"'

export interface BoardRowRow {
  readonly feature_slug: string
  readonly work_package_id: string
  readonly packed: string
  readonly copy: string
}

/** In the order of the columns, each by name: looking a value up by its column's name takes as long as storing it. */
export function boardRowValues(row: BoardRowRow): readonly string[] {
  return [row.feature_slug, row.work_package_id, row.packed, row.copy]
}

/** The columns of `feature`, as SQL names them. */
export const FEATURE_COLUMNS = '"feature_slug", "title", "state"'

export interface FeatureRow {
  readonly feature_slug: string
  readonly title: string
  readonly state: string
}

/** In the order of the columns, each by name: looking a value up by its column's name takes as long as storing it. */
export function featureValues(row: FeatureRow): readonly string[] {
  return [row.feature_slug, row.title, row.state]
}

/** The columns of `log_problem`, as SQL names them. */
export const LOG_PROBLEM_COLUMNS = '"file", "line", "kind", "message"'

export interface LogProblemRow {
  readonly file: string
  readonly line: number
  readonly kind: string
  readonly message: string
}

/** In the order of the columns, each by name: looking a value up by its column's name takes as long as storing it. */
export function logProblemValues(row: LogProblemRow): readonly (string | number)[] {
  return [row.file, row.line, row.kind, row.message]
}

/** The columns of `explained_conflict`, as SQL names them. */
export const EXPLAINED_CONFLICT_COLUMNS = '"key"'

export interface ExplainedConflictRow {
  readonly key: string
}

/** In the order of the columns, each by name: looking a value up by its column's name takes as long as storing it. */
export function explainedConflictValues(row: ExplainedConflictRow): readonly string[] {
  return [row.key]
}

/** The columns of `fact`, as SQL names them. */
export const FACT_COLUMNS = '"name", "value"'

export interface FactRow {
  readonly name: string
  readonly value: string
}

/** In the order of the columns, each by name: looking a value up by its column's name takes as long as storing it. */
export function factValues(row: FactRow): readonly string[] {
  return [row.name, row.value]
}
