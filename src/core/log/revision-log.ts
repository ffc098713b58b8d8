import type { LogEvent } from '../events-lib.js'
import { streamBlobs } from '../git/blob-stream.js'
import { git } from '../git/git.js'
import { repoPath } from '../platform/paths.js'
import type { LogLine, LogProblem } from './event-log.js'
import { isDayFile } from './format/day-file.js'
import { LineReader } from './format/line-codec.js'
import { LineFeed } from './format/line-feed.js'

export interface RevisionLog {
  /** As the files hold them: in any order, possibly repeated. */
  readonly events: readonly LogEvent[]
  readonly problems: readonly LogProblem[]
}

/**
 * Reads the log as of a commit from git's objects, without looking at the index or the work tree. Holds the events, and
 * no line longer than an event's: the author of a branch chooses how long its lines are.
 * @param root The checkout. @param eventsDir The log's folder inside it. @param commit Its object ID.
 * @throws as `git`
 */
export async function logAtRevision(root: string, eventsDir: string, commit: string): Promise<RevisionLog> {
  const prefix = git(root, ['rev-parse', '--show-prefix']).toString('utf8').replace(/\n$/, '')
  const folder = `${prefix}${repoPath(root, eventsDir)}/`
  const files = dayFilesOf(root, commit, folder)
  const blobs = streamBlobs(
    root,
    files.map(({ id }) => id),
  )
  const lines: LogLine[] = []
  let feed: LineFeed | undefined
  for await (const { at, bytes, isLast } of blobs) {
    feed ??= new LineFeed(new LineReader(files[at]?.name ?? '', 0, 0))
    feed.push(bytes, lines)
    if (!isLast) continue
    feed.end(lines)
    feed = undefined
  }
  return {
    events: lines.flatMap((line) => line.event ?? []),
    problems: lines.flatMap((line) => line.problem ?? []),
  }
}

/** Only plain files: links and submodules in a commit are not log files. */
function dayFilesOf(root: string, commit: string, folder: string): { name: string; id: string }[] {
  const listing = git(root, ['ls-tree', '-z', '--full-tree', commit, '--', folder]).toString('utf8')
  return listing.split('\0').flatMap((entry) => {
    const [, id, path] = /^100(?:644|755) blob ([0-9a-f]{40,64})\t(.*)$/s.exec(entry) ?? []
    const name = path?.slice(folder.length) ?? ''
    return id !== undefined && path?.startsWith(folder) === true && isDayFile(name) ? [{ name, id }] : []
  })
}
