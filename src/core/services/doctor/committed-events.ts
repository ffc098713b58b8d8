import { join, relative, sep } from 'node:path'
import type { EventIndex } from '../../index/event-index.js'
import { type LogLine, type RawLine } from '../../log/event-log.js'
import { isDayFile } from '../../log/format/day-file.js'
import { LineReader } from '../../log/format/line-codec.js'
import { gitBytes, runGit } from '../../git/run-git.js'
import type { Workspace } from '../../workspace/workspace.js'

/**
 * Events that HEAD has and the work tree has not: a file that somebody deleted or cut. No journal brings them back,
 * since what is committed has left it. Only files that differ from HEAD are read.
 */
export async function missingFromWorkTree(
  { root, eventsDir }: Workspace,
  log: EventIndex,
): Promise<RawLine[]> {
  const folder = relative(root, eventsDir).split(sep).join('/')
  const changed = runGit(root, [
    'diff',
    '--name-only',
    '--relative',
    '-z',
    'HEAD',
    '--',
    folder,
  ]).stdout.split('\0')
  const files = changed.filter((path) => isDayFile(path.slice(folder.length + 1)))
  const missing: RawLine[] = []
  for (const file of files) {
    const lines = eventLines(gitBytes(root, ['cat-file', 'blob', `HEAD:./${file}`]), join(root, file))
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
