import { join } from 'node:path'
import type { LogProblem } from '../event-log.js'
import { type MergedLines, mergeLines } from '../format/merge-lines.js'
import { readWhole } from '../../files/open-file.js'
import { rewriteFile } from '../../files/rewrite-file.js'

const DISORDER: ReadonlySet<string> = new Set(['conflict_marker', 'crlf', 'bom', 'glued'])
/** Put in order in memory; a file larger than this is read as it is. */
const MAX_BYTES = 256 * 1024 * 1024

/** True when git or an editor left the file in a state that the next write is to put in order. */
export function needsNormalizing(problems: readonly LogProblem[], repeatedLines: number): boolean {
  return repeatedLines > 0 || problems.some(({ kind }) => DISORDER.has(kind))
}

/**
 * Rewrites one day's file as `mergeLines` has it, whole or not at all. For the holder of the lock.
 * Git, which knows no lock, may replace the file meanwhile: then it is read again.
 * @returns What was done; undefined when the file is gone, in order, or too large.
 * @throws KittyError
 */
export function normalizeFile(eventsDir: string, file: string): MergedLines | undefined {
  const path = join(eventsDir, file)
  for (let attempt = 0; attempt < 3; attempt += 1) {
    const before = readWhole(path)
    if (before === undefined || before.bytes.length > MAX_BYTES) return undefined
    const after = mergeLines([before.bytes])
    if (after.bytes.equals(before.bytes)) return undefined
    if (rewriteFile(path, [after.bytes], before.stats)) return after
  }
  return undefined
}
