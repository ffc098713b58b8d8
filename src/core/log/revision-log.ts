import type { LogEvent } from '../events-lib.js'
import { git } from '../git/git.js'
import { isDayFile } from './format/day-file.js'
import type { LogLine, LogProblem } from './event-log.js'
import { LineReader, MAX_LINE_BYTES } from './format/line-codec.js'
import { repoPath } from '../platform/paths.js'

const CHUNK_BYTES = 1024 * 1024
const LF = 0x0a
const NEWLINE = Buffer.from('\n')

export interface RevisionLog {
  /** As the files hold them: in any order, possibly repeated. */
  readonly events: readonly LogEvent[]
  readonly problems: readonly LogProblem[]
}

/**
 * Reads the log as of a commit from git's objects, without looking at the index or the work tree.
 * @param root The checkout. @param eventsDir The log's folder inside it. @param commit Its object ID.
 * @throws GitRefusal
 */
export function logAtRevision(root: string, eventsDir: string, commit: string): RevisionLog {
  const prefix = git(root, ['rev-parse', '--show-prefix']).toString('utf8').replace(/\n$/, '')
  const folder = `${prefix}${repoPath(root, eventsDir)}/`
  const lines: LogLine[] = []
  for (const { name, id } of dayFilesOf(root, commit, folder)) {
    readLines(name, git(root, ['cat-file', 'blob', id]), lines)
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

/** Reads in pieces of whole lines: the text of a large file would not fit into one string. */
function readLines(file: string, bytes: Buffer, into: LogLine[]): void {
  const reader = new LineReader(file, 0, 0)
  let start = 0
  while (start < bytes.length) {
    const end = endOfPiece(bytes, start)
    if (end - start > CHUNK_BYTES + MAX_LINE_BYTES) into.push(reader.tooLong(end - start))
    else if (bytes[end - 1] === LF) reader.read(bytes.subarray(start, end), into)
    else readTail(reader, bytes.subarray(start, end), into)
    start = end
  }
}

/** Finds the end of a piece of about one chunk. A line longer than the limit is its own piece. */
function endOfPiece(bytes: Buffer, start: number): number {
  const limit = start + CHUNK_BYTES
  if (limit >= bytes.length) {
    const last = bytes.lastIndexOf(LF) + 1
    return last > start ? last : bytes.length
  }
  const within = bytes.lastIndexOf(LF, limit - 1) + 1
  if (within > start) return within
  const beyond = bytes.indexOf(LF, limit) + 1
  return beyond > 0 ? beyond : bytes.length
}

/** A line without its newline counts as an event only if it is whole, just as the next write would decide. */
function readTail(reader: LineReader, tail: Buffer, into: LogLine[]): void {
  const lines: LogLine[] = []
  reader.read(Buffer.concat([tail, NEWLINE]), lines)
  into.push(...lines.filter((line) => line.event !== undefined))
}
