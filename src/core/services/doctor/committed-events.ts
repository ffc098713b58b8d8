import { join } from 'node:path'
import type { EventIndex } from '../../index/event-index.js'
import { type LogLine, type RawLine } from '../../log/event-log.js'
import { isDayFile } from '../../log/format/day-file.js'
import { LineReader } from '../../log/format/line-codec.js'
import { askGitFields, resolveCommit } from '../../git/git.js'
import { readObjects } from '../../git/objects.js'
import type { Workspace } from '../../workspace/workspace.js'
import { repoPath } from '../../platform/paths.js'

/**
 * Finds events that HEAD has and the work tree lacks, because someone deleted or cut a file. The journal cannot restore
 * them, since committed events have left it. Reads only files that differ from HEAD.
 * @throws KittyError if git cannot be queried
 */
export async function missingFromWorkTree(
  { root, eventsDir }: Workspace,
  log: EventIndex,
): Promise<RawLine[]> {
  const folder = repoPath(root, eventsDir)
  // Before the first commit nothing is committed.
  if (resolveCommit(root, 'HEAD') === undefined) return []
  // Not `git diff`, which compares two paths when run outside a repository.
  const changed = askGitFields(root, ['diff-index', '--name-only', '--relative', '-z', 'HEAD', '--', folder])
  const files = changed.filter((path) => isDayFile(path.slice(folder.length + 1)))
  const blobs = readObjects(
    root,
    files.map((file) => `HEAD:./${file}`),
  )
  const missing: RawLine[] = []
  for (const [at, file] of files.entries()) {
    const lines = eventLines(blobs[at]?.content ?? Buffer.alloc(0), join(root, file))
    const present = new Set((await log.rows(lines.map((line) => line.event_id))).map((row) => row.event_id))
    missing.push(...lines.filter((line) => !present.has(line.event_id)))
  }
  return missing
}

function eventLines(bytes: Buffer, file: string): RawLine[] {
  const whole = bytes.subarray(0, bytes.lastIndexOf(0x0a) + 1)
  const lines: LogLine[] = []
  new LineReader(file, 0, 0).read(whole, lines)
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
