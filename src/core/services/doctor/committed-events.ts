import { join, relative, sep } from 'node:path'
import type { EventIndex } from '../../index/event-index.js'
import { type LogLine, type RawLine } from '../../log/event-log.js'
import { isDayFile } from '../../log/format/day-file.js'
import { LineReader } from '../../log/format/line-codec.js'
import { askGitFields, resolveCommit } from '../../git/git.js'
import { readObjects } from '../../git/objects.js'
import type { Workspace } from '../../workspace/workspace.js'

/**
 * Events that HEAD has and the work tree has not: a file that somebody deleted or cut. No journal brings them back,
 * since what is committed has left it. Only files that differ from HEAD are read.
 * @throws KittyError when git cannot be asked.
 */
export async function missingFromWorkTree(
  { root, eventsDir }: Workspace,
  log: EventIndex,
): Promise<RawLine[]> {
  const folder = relative(root, eventsDir).split(sep).join('/')
  // Before the first commit nothing is committed.
  if (resolveCommit(root, 'HEAD') === undefined) return []
  // Not `git diff`, which outside of a repository compares two paths instead.
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
    // A line that an editor dressed up comes back with its file's next merge; kitty writes none like it.
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
