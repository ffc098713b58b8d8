import type { EventIndex } from '../../index/event-index.js'
import { type LogLine, type RawLine } from '../../log/event-log.js'
import { dayFileAt } from '../../log/format/day-file.js'
import { closedIds } from '../../log/archive/closed-logs.js'
import { LineReader } from '../../log/format/line-codec.js'
import { blobLines } from '../../log/repair/blob-lines.js'
import { changedFiles } from '../../git/changed-files.js'
import { git, resolveCommit } from '../../git/git.js'
import type { Workspace } from '../../workspace/workspace.js'
import { repoPath } from '../../platform/paths.js'

/**
 * Finds events that HEAD has and the work tree lacks, because someone deleted or cut a file. The journal cannot restore
 * them, since committed events have left it. Events that a new log has replaced are not missing. Reads only files that
 * differ from HEAD.
 * @throws KittyError if git cannot be queried
 */
export async function missingFromWorkTree(
  { root, eventsDir, privateDir }: Workspace,
  log: EventIndex,
): Promise<RawLine[]> {
  const folder = repoPath(root, eventsDir)
  // Before the first commit nothing is committed.
  if (resolveCommit(root, 'HEAD') === undefined) return []
  // Not `git diff`, which compares two paths when run outside a repository.
  const args = ['diff-index', '--raw', '--no-abbrev', '--no-renames', '--relative', '-z', 'HEAD']
  const changed = changedFiles(git(root, [...args, '--', folder]).toString('utf8'))
  const blobs = changed.flatMap(({ path, before }) =>
    before !== undefined && dayFileAt(path, folder) !== undefined ? [before] : [],
  )
  const missing: RawLine[] = []
  const closed = closedIds(privateDir)
  for (const { parts } of blobLines(root, [...new Set(blobs)]))
    for (const part of parts) {
      const lines = eventLines(part).filter(({ event_id }) => !closed.has(event_id))
      const absent = new Set(await log.absent(lines.map((line) => line.event_id)))
      missing.push(...lines.filter((line) => absent.has(line.event_id)))
    }
  return missing
}

function eventLines(bytes: Buffer): RawLine[] {
  const whole = bytes.subarray(0, bytes.lastIndexOf(0x0a) + 1)
  const lines: LogLine[] = []
  new LineReader('', 0, 0).read(whole, lines)
  return lines.flatMap(({ event, offset, length, problem }) =>
    // Skip a line reformatted by an editor. Kitty writes no such lines, and the file's next merge brings it back.
    event === undefined || problem !== undefined
      ? []
      : [
          {
            event_id: event.event_id,
            timestamp: event.timestamp,
            bytes: whole.subarray(offset, offset + length),
          },
        ],
  )
}
