/** The longer statements of the index in SQLite, and why they are as they are. */
import {
  BOARD_ROW_COLUMNS,
  EVENT_COLUMNS,
  FEATURE_COLUMNS,
  LOG_FILE_COLUMNS,
  LOG_PROBLEM_COLUMNS,
  WORK_PACKAGE_COLUMNS,
} from './columns.js'

/** `INSERT` of as many rows as a JSON array of arrays has, in the order of the columns. */
export function insertRows(table: string, columns: string, or = ''): string {
  const values = columns.split(', ').map((_, at) => `value ->> ${at}`)
  return `INSERT ${or} INTO ${table} (${columns}) SELECT ${values.join(', ')}`
}

// One prepared statement whatever the number of rows: `repository.insert` costs eight times as much. With json_each each
// row would be written out as text and parsed once more: twice as much.
export const INSERT_EVENTS = `${insertRows('event', EVENT_COLUMNS)} FROM jsonb_each(?) WHERE true
  ON CONFLICT (event_id) DO NOTHING`
export const PUT_WORK_PACKAGES = `${insertRows('work_package', WORK_PACKAGE_COLUMNS, 'OR REPLACE')} FROM json_each(?)`
export const PUT_BOARD_ROWS = `${insertRows('board_row', BOARD_ROW_COLUMNS, 'OR REPLACE')} FROM json_each(?)`
export const PUT_FEATURE = `${insertRows('feature', FEATURE_COLUMNS, 'OR REPLACE')} FROM json_each(?)`
export const PUT_LOG_FILE = `${insertRows('log_file', LOG_FILE_COLUMNS, 'OR REPLACE')} FROM json_each(?)`
export const PUT_PROBLEMS = `${insertRows('log_problem', LOG_PROBLEM_COLUMNS)} FROM json_each(?)`

// The files go in as one text and three numbers come out: a year has 365 of them, and a row each would be made an object.
export const FRESHNESS = `SELECT
  (SELECT count(*) FROM log_file) AS known,
  count(log_file.file) AS read,
  coalesce(sum(log_file."offset" = listed.value ->> 2), 0) AS whole,
  (SELECT value FROM fact WHERE name = 'journal') AS journal,
  EXISTS (SELECT 1 FROM log_problem) AS problems,
  (SELECT data_version FROM pragma_data_version) AS version
  FROM json_each(?) AS listed
  LEFT JOIN log_file ON log_file.file = listed.value ->> 0 AND log_file.identity = listed.value ->> 1`

/** What the file says it is, without reading a table: any of them could be a view that never ends. */
export const ORIGIN = `SELECT application_id AS application, user_version AS schema
  FROM pragma_application_id, pragma_user_version`
/**
 * Everything that is in the file, as one text, but for the tables and keys that plugins may add. SQLite's names compare
 * without case, GLOB with it: what is not spelled as kitty spells it counts as foreign.
 */
export const SCHEMA = `SELECT group_concat(item, char(30)) AS items FROM (
  SELECT type || char(31) || name || char(31) || tbl_name || char(31) || coalesce(sql, '') AS item FROM sqlite_master
  WHERE NOT (type IN ('table', 'index') AND tbl_name GLOB 'x_*') ORDER BY type, name)`
export const FACTS_OF_ORIGIN = `SELECT (SELECT value FROM fact WHERE name = 'fold') AS fold,
  (SELECT value FROM fact WHERE name = 'mark') AS mark`

// One look a feature: DISTINCT would walk through every package.
export const FEATURE_SLUGS = `WITH RECURSIVE packaged (slug) AS (
    SELECT min(feature_slug) FROM board_row
    UNION ALL SELECT (SELECT min(feature_slug) FROM board_row WHERE feature_slug > slug) FROM packaged WHERE slug IS NOT NULL)
  SELECT slug FROM packaged WHERE slug IS NOT NULL UNION SELECT feature_slug FROM feature ORDER BY 1`

// One text, whatever the number of rows: a row of an answer costs more than all that is in it. The subquery's order holds,
// SQLite not sorting what is sorted already: ORDER BY in each aggregate takes twice the time.
const boardOf = (
  where: string,
): string => `SELECT group_concat(packed, ?) AS rows, min(packed = copy) AS whole
  FROM (SELECT packed, copy FROM board_row ${where} ORDER BY feature_slug, work_package_id)`
/** By feature and package. Parameter: what is to stand between two rows. */
export const BOARD = boardOf('')
/** Parameters: what is to stand between two rows, the feature. */
export const BOARD_OF_FEATURE = boardOf('WHERE feature_slug = ?')

// As one text as well: it takes a third of the time that as many rows take.
const PLACE = 'event_id, lamport_clock, file, line, "offset", length'
export const PLACES = `SELECT json_group_array(json_array(${PLACE})) AS places FROM (
  SELECT ${PLACE} FROM event WHERE feature_slug = ?1 AND entity_type = 'WorkPackage' AND entity_id = ?2
  UNION ALL
  SELECT ${PLACE} FROM event WHERE feature_slug = ?1 AND entity_type = 'Gate' AND entity_id IN
    (SELECT entity_id FROM event WHERE feature_slug = ?1 AND event_type = 'GateCreated' AND work_package_id = ?2)
  ORDER BY lamport_clock, event_id)`

/** What PLACES makes of the columns. */
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
