import { streamBlobs } from '../git/blob-stream.js'
import { git } from '../git/git.js'
import { repoPath } from '../platform/paths.js'
import type { LogLine } from './event-log.js'
import { dayFileAt } from './format/day-file.js'
import { LineReader } from './format/line-codec.js'
import { LineFeed } from './format/line-feed.js'

/**
 * Yields the lines of the log as of a commit, in the files' order, from git's objects and without looking at the index or
 * the work tree. Holds one part of a file, and no line longer than an event's: the author of a branch chooses how long its
 * lines are.
 * @param root The checkout. @param eventsDir The log's folder inside it. @param commit Its object ID.
 * @throws as `git`
 */
export async function* linesAtRevision(
  root: string,
  eventsDir: string,
  commit: string,
): AsyncGenerator<readonly LogLine[]> {
  const prefix = git(root, ['rev-parse', '--show-prefix']).toString('utf8').replace(/\n$/, '')
  const folder = `${prefix}${repoPath(root, eventsDir)}`
  const files = dayFilesOf(root, commit, folder)
  const blobs = streamBlobs(
    root,
    files.map(({ id }) => id),
  )
  let feed: LineFeed | undefined
  for await (const { at, bytes, isLast } of blobs) {
    const lines: LogLine[] = []
    feed ??= new LineFeed(new LineReader(files[at]?.name ?? '', 0, 0))
    feed.push(bytes, lines)
    if (isLast) {
      feed.end(lines)
      feed = undefined
    }
    if (lines.length > 0) yield lines
  }
}

/** Only plain files: links and submodules in a commit are not log files. */
function dayFilesOf(root: string, commit: string, folder: string): { name: string; id: string }[] {
  const listing = git(root, ['ls-tree', '-z', '--full-tree', commit, '--', `${folder}/`]).toString('utf8')
  return listing.split('\0').flatMap((entry) => {
    const [, id, path = ''] = /^100(?:644|755) blob ([0-9a-f]{40,64})\t(.*)$/s.exec(entry) ?? []
    const name = dayFileAt(path, folder)
    return id !== undefined && name !== undefined ? [{ name, id }] : []
  })
}
