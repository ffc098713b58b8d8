import { DEFAULT_WORKFLOW, type MergeOptions } from '../events-lib.js'

/**
 * The project settings that the index's states depend on, as text to compare: an index with another fingerprint is
 * rebuilt. Moves and guards are not included: they decide what may be written, not what was written.
 */
export function foldFingerprint({
  table = DEFAULT_WORKFLOW,
  statusRule = 'last_writer_wins',
}: MergeOptions): string {
  const aliases = Object.entries(table.aliases ?? {}).sort(([a], [b]) => (a < b ? -1 : 1))
  return JSON.stringify([statusRule, table.initial, table.lanes, table.working, aliases])
}
