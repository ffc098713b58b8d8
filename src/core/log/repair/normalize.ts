import { join } from 'node:path'
import type { LogProblem } from '../event-log.js'
import { type MergedLines, mergeLines } from '../format/merge-lines.js'
import { readWhole, sizeOf } from '../../files/open-file.js'
import { rewriteFile } from '../../files/rewrite-file.js'

const DISORDER: ReadonlySet<string> = new Set(['conflict_marker', 'crlf', 'bom', 'glued'])
/** Files are normalized in memory; a larger file is read as it is. */
const MAX_BYTES = 32 * 1024 * 1024

/** True if git or an editor left the file in a state that the next write must normalize. */
export function needsNormalizing(problems: readonly LogProblem[], repeatedLines: number): boolean {
  return repeatedLines > 0 || problems.some(({ kind }) => DISORDER.has(kind))
}

/**
 * Rewrites one day file as `mergeLines` returns it, all or nothing. The caller must hold the write lock. Git does not
 * honor the lock and may replace the file during the rewrite; then we read it again.
 * @returns what was done; undefined if the file is gone, already normal, or too large.
 * @throws KittyError
 */
export function normalizeFile(eventsDir: string, file: string): MergedLines | undefined {
  const path = join(eventsDir, file)
  for (let attempt = 0; attempt < 3; attempt += 1) {
    if (sizeOf(path) > MAX_BYTES) return undefined
    const before = readWhole(path)
    if (before === undefined) return undefined
    const after = mergeLines([before.bytes])
    if (after.bytes.equals(before.bytes)) return undefined
    if (rewriteFile(path, [after.bytes], before.stats)) return after
  }
  return undefined
}
