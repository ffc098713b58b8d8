/**
 * The SQL of the index, and why it is written this way. Columns are named in src/entities: whole rows are read and written
 * by the lists that are generated from there.
 */
import {
  BOARD_ROW_COLUMNS,
  EVENT_COLUMNS,
  FACT_COLUMNS,
  EXPLAINED_CONFLICT_COLUMNS,
  FEATURE_COLUMNS,
  LOG_FILE_COLUMNS,
  LOG_PROBLEM_COLUMNS,
  WORK_PACKAGE_COLUMNS,
} from './columns.js'

/** An `INSERT` of all rows in a JSON array of arrays, with values in column order. */
export function insertRows(table: string, columns: string, or = ''): string {
  const values = columns.split(', ').map((_, at) => `value ->> ${at}`)
  return `INSERT ${or} INTO ${table} (${columns}) SELECT ${values.join(', ')}`
}

// One prepared statement for any number of rows; TypeORM's `repository.insert` costs many times as much. json_each
// would write each row out as text and parse it again.
export const INSERT_EVENTS = `${insertRows('event', EVENT_COLUMNS)} FROM jsonb_each(?) WHERE true
  ON CONFLICT (event_id) DO NOTHING`
export const PUT_WORK_PACKAGES = `${insertRows('work_package', WORK_PACKAGE_COLUMNS, 'OR REPLACE')} FROM json_each(?)`
export const PUT_BOARD_ROWS = `${insertRows('board_row', BOARD_ROW_COLUMNS, 'OR REPLACE')} FROM json_each(?)`
export const PUT_FEATURE = `${insertRows('feature', FEATURE_COLUMNS, 'OR REPLACE')} FROM json_each(?)`
export const PUT_LOG_FILE = `${insertRows('log_file', LOG_FILE_COLUMNS, 'OR REPLACE')} FROM json_each(?)`
export const PUT_PROBLEMS = `${insertRows('log_problem', LOG_PROBLEM_COLUMNS)} FROM json_each(?)`

// Takes the files as one text and returns three numbers: a year has 365 files, and each result row would become an
// object.
export const FRESHNESS = `SELECT
  (SELECT count(*) FROM log_file) AS known,
  count(log_file.file) AS read,
  coalesce(sum(log_file."offset" = listed.value ->> 2), 0) AS whole,
  (SELECT value FROM fact WHERE name = 'journal') AS journal,
  EXISTS (SELECT 1 FROM log_problem) AS problems,
  (SELECT data_version FROM pragma_data_version) AS version
  FROM json_each(?) AS listed
  LEFT JOIN log_file ON log_file.file = listed.value ->> 0 AND log_file.identity = listed.value ->> 1`

/** What the file claims to be, without reading a table: any table could be a view that never ends. */
export const ORIGIN = `SELECT application_id AS application, user_version AS schema
  FROM pragma_application_id, pragma_user_version`
/**
 * Everything in the file as one text, except the tables and keys that plugins may add. SQLite compares names without
 * case, but GLOB is case-sensitive: a name not spelled as kitty spells it counts as foreign.
 */
export const SCHEMA = `SELECT group_concat(item, char(30)) AS items FROM (
  SELECT type || char(31) || name || char(31) || tbl_name || char(31) || coalesce(sql, '') AS item FROM sqlite_master
  WHERE NOT (type IN ('table', 'index') AND tbl_name GLOB 'x_*') ORDER BY type, name)`
export const FACTS_OF_ORIGIN = `SELECT (SELECT value FROM fact WHERE name = 'fold') AS fold,
  (SELECT value FROM fact WHERE name = 'mark') AS mark`

// One lookup per feature: DISTINCT would visit every package.
export const FEATURE_SLUGS = `WITH RECURSIVE packaged (slug) AS (
    SELECT min(feature_slug) FROM board_row
    UNION ALL SELECT (SELECT min(feature_slug) FROM board_row WHERE feature_slug > slug) FROM packaged WHERE slug IS NOT NULL)
  SELECT slug FROM packaged WHERE slug IS NOT NULL UNION SELECT feature_slug FROM feature ORDER BY 1`

// Returns one text for any number of rows: each result row costs more than its contents. The subquery's order is kept,
// since SQLite does not sort again what is already sorted: an ORDER BY in each aggregate would cost more.
const boardOf = (
  where: string,
): string => `SELECT group_concat(packed, ?) AS rows, min(packed = copy) AS whole
  FROM (SELECT packed, copy FROM board_row ${where} ORDER BY feature_slug, work_package_id)`
/** Ordered by feature and package. Parameter: the separator between two rows. */
export const BOARD = boardOf('')
/** Parameters: the separator between two rows, the feature. */
export const BOARD_OF_FEATURE = boardOf('WHERE feature_slug = ?')

// Also returned as one text, which is cheaper than as many rows.
const PLACE = 'event_id, lamport_clock, file, line, "offset", length'
export const PLACES = `SELECT json_group_array(json_array(${PLACE})) AS places FROM (
  SELECT ${PLACE} FROM event WHERE feature_slug = ?1 AND entity_type = 'WorkPackage' AND entity_id = ?2
  UNION ALL
  SELECT ${PLACE} FROM event WHERE feature_slug = ?1 AND entity_type = 'Gate' AND entity_id IN
    (SELECT entity_id FROM event WHERE feature_slug = ?1 AND event_type = 'GateCreated' AND work_package_id = ?2)
  ORDER BY lamport_clock, event_id)`

const EACH_EQUAL = EVENT_COLUMNS.split(', ')
  .map((column) => `own.${column} IS stored.${column}`)
  .join(' AND ')
/** The index at another path, in this connection, whose own file is `main`. */
export const ATTACH = 'ATTACH ? AS stored'
export const DETACH = 'DETACH stored'
export const STORED_COUNT = 'SELECT count(*) AS n FROM stored.event'
/** The last number of a page of rows. Parameters: the number before the page, how many rows to pass over. */
export const PAGE_END = `SELECT rowid AS last FROM stored.event WHERE rowid > ? ORDER BY rowid LIMIT 1 OFFSET ?`

// CROSS JOIN keeps SQLite from reading the other way round.
const equalRows = (by: string): string => `SELECT count(*) AS n
  FROM stored.event AS stored CROSS JOIN main.event AS own ON own.${by} = stored.${by}
  WHERE stored.rowid > ? AND stored.rowid <= ? AND ${EACH_EQUAL}`
/**
 * How many rows of the stored index this one has too: by number in a log that was only appended to, in other ones only by
 * ID, which takes longer to find. Parameters: the number before the first row, the last number.
 */
export const EQUAL_ROWS = [equalRows('rowid'), equalRows('event_id')]

/** What PLACES and placesWhere make of the columns. */
export type Place = [
  event_id: string,
  lamport_clock: number,
  file: string,
  line: number,
  offset: number,
  length: number,
]

/** Parameters: the row's values, then its id. */
export const RELOCATE = `UPDATE event SET (${EVENT_COLUMNS}) =
  (SELECT ${EVENT_COLUMNS.split(', ')
    .map((_, at) => `value ->> ${at}`)
    .join(', ')} FROM json_each(?)) WHERE event_id = ?`

/** @param where and order as `eventQuery` builds them */
export function eventsWhere(where: string, order: string): string {
  return `SELECT ${EVENT_COLUMNS} FROM event ${where} ${order}`
}

/** As `eventsWhere`, but places as one JSON text. */
export function placesWhere(where: string, order: string): string {
  return `SELECT json_group_array(json_array(${PLACE})) AS places FROM (SELECT ${PLACE} FROM event ${where} ${order})`
}

export function countWhere(where: string): string {
  return `SELECT count(*) AS n FROM event ${where}`
}

export const EVENTS_BY_ID = eventsWhere('WHERE event_id IN (SELECT value FROM json_each(?))', '')
export const ABSENT = `SELECT value AS id FROM json_each(?)
  WHERE NOT EXISTS (SELECT 1 FROM event WHERE event_id = value)`
/** Parameters: the feature, the gate. */
export const GATE_OWNER = `SELECT work_package_id FROM event
  WHERE feature_slug = ? AND entity_id = ? AND event_type = 'GateCreated' ORDER BY lamport_clock, event_id LIMIT 1`
export const ENTITIES_OF_FILE =
  'SELECT DISTINCT feature_slug, entity_type, entity_id FROM event WHERE file = ?'
export const FORGET_FILE = ['event', 'log_problem', 'log_file'].map(
  (table) => `DELETE FROM ${table} WHERE file = ?`,
)
const TOTAL_ORDER = 'ORDER BY lamport_clock, event_id'

const MAXIMUM_CLOCK = "(SELECT CAST(value AS INTEGER) FROM fact WHERE name = 'maximum_clock')"
export const SUSPICIOUS = eventsWhere(`WHERE lamport_clock > coalesce(${MAXIMUM_CLOCK}, 0)`, TOTAL_ORDER)
export const CLOCKS = `SELECT coalesce(${MAXIMUM_CLOCK}, 0) AS trusted,
  coalesce((SELECT max(lamport_clock) FROM event), 0) AS greatest`
export const CLOCKS_ABOVE =
  'SELECT DISTINCT lamport_clock FROM event WHERE lamport_clock > ? ORDER BY lamport_clock'
/** Parameters: the bounds, the file. The clock has a key and the file has none: its events may be of any day. */
export const CLOCK_OF_FILE =
  'SELECT coalesce(max(lamport_clock), 0) AS maximum FROM event WHERE lamport_clock > ? AND lamport_clock <= ? AND file = ?'
/** The greatest clock below the first gap that is wider than the parameter. */
export const TRUSTED_CLOCK = `WITH gap AS (
    SELECT min(clock) AS first FROM
      (SELECT lamport_clock AS clock, lag(lamport_clock, 1, 0) OVER (ORDER BY lamport_clock) AS previous FROM event)
    WHERE clock - previous > ?)
  SELECT coalesce(max(lamport_clock), 0) AS maximum FROM event, gap WHERE first IS NULL OR lamport_clock < first`

const packagesWhere = (where: string): string =>
  `SELECT ${WORK_PACKAGE_COLUMNS} FROM work_package ${where} ORDER BY feature_slug, work_package_id`
export const WORK_PACKAGES = packagesWhere('')
export const WORK_PACKAGES_OF_FEATURE = packagesWhere('WHERE feature_slug = ?')
/** Parameters: the feature, the package. */
export const WORK_PACKAGE = packagesWhere('WHERE feature_slug = ? AND work_package_id = ?')
export const REMOVE_WORK_PACKAGE = ['work_package', 'board_row'].map(
  (table) => `DELETE FROM ${table} WHERE feature_slug = ? AND work_package_id = ?`,
)
export const FEATURES = `SELECT ${FEATURE_COLUMNS} FROM feature ORDER BY feature_slug`
export const REMOVE_FEATURE = 'DELETE FROM feature WHERE feature_slug = ?'

export const LOG_FILES = `SELECT ${LOG_FILE_COLUMNS} FROM log_file`
export const LOG_FILE = `${LOG_FILES} WHERE file = ?`
export const PROBLEMS = `SELECT ${LOG_PROBLEM_COLUMNS} FROM log_problem ORDER BY file, line, id`
export const FACT = `SELECT ${FACT_COLUMNS} FROM fact WHERE name = ?`
export const PUT_FACT = `INSERT OR REPLACE INTO fact (${FACT_COLUMNS}) VALUES (?, ?)`
/** The keys of the list that have not been reported. */
export const UNEXPLAINED = `SELECT DISTINCT value AS key FROM json_each(?)
  WHERE value NOT IN (SELECT key FROM explained_conflict)`
export const EXPLAIN = `INSERT INTO explained_conflict (${EXPLAINED_CONFLICT_COLUMNS}) SELECT value FROM json_each(?)`
/** Changes after every commit of another connection. */
export const DATA_VERSION = 'PRAGMA data_version'
