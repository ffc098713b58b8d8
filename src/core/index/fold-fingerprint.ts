import { DEFAULT_WORKFLOW, type MergeOptions } from '../events-lib.js'

/**
 * What of the project's settings the states in an index depend on, as a text to compare: an index of another
 * fingerprint is rebuilt. Moves and guards are not in it: they decide what may be written, not what was.
 */
export function foldFingerprint({
  table = DEFAULT_WORKFLOW,
  statusRule = 'last_writer_wins',
}: MergeOptions): string {
  const aliases = Object.entries(table.aliases ?? {}).sort(([a], [b]) => (a < b ? -1 : 1))
  return JSON.stringify([statusRule, table.initial, table.lanes, table.working, aliases])
}
