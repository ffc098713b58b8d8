import { askGitText, resolveCommit } from '../../git/git.js'
import { type GitObject, readObjects } from '../../git/objects.js'
import { isDayFile } from '../format/day-file.js'
import type { RawLine } from '../event-log.js'
import { rawLinesIn } from '../format/raw-lines.js'
import { blobLines } from './blob-lines.js'
import { keysOf, WantedLines } from './line-keys.js'
import type { TipMemory } from './tip-memory.js'
import { repoPath } from '../../platform/paths.js'

/**
 * How long we read tips, in milliseconds: the most that a command may spend in a repository with many large branches.
 */
const SEARCH_MS = 2_000

/** IDs of the lines that git has, byte for byte, in any of the log's files. */
export interface Committed {
  readonly inHead: ReadonlySet<string>
  /** In the tip of a branch that HEAD does not contain: of a local one, and of a remote's if they were asked for. */
  readonly elsewhere: ReadonlySet<string>
}

export interface TipSearch {
  /** What earlier searches read from tips. */
  readonly memory?: TipMemory
  /** Stops reading tips after this many milliseconds. */
  readonly forMs?: number
  /** Also look in the branches of remotes: no checkout brings their lines back, so recovery does not count them. */
  readonly ofRemotes?: boolean
}

/**
 * Finds where git has these lines. A branch that HEAD contains does not count: its lines ought to be in HEAD, and if
 * they are not, git removed them (a revert, a merge edited by hand), and no branch switch brings them back.
 *
 * Uses a fixed, small number of processes for any number of branches: the tips, their folders, the blobs' sizes, the
 * blobs that differ. Reads the newest tips first and stops when it has found the last line. Does not touch git's index.
 * If time runs out, a line not yet found counts as uncommitted: that may put back a line too many, but loses none.
 *
 * @throws KittyError if git fails. Then nothing is known and nothing may be put back: the lines may belong to another
 * branch.
 * @param root The checkout whose HEAD counts. @param eventsDir The log's folder inside it.
 */
export function committedLines(
  root: string,
  eventsDir: string,
  lines: readonly RawLine[],
  { memory, forMs = SEARCH_MS, ofRemotes = false }: TipSearch = {},
): Committed {
  const found = { inHead: new Set<string>(), elsewhere: new Set<string>() }
  // A clone in which no one has written yet: git need not be asked, by every `status`.
  if (lines.length === 0) return found
  const wanted = new WantedLines(lines)
  const days = new Set(lines.map((line) => line.timestamp.slice(0, 10)))
  const until = performance.now() + forMs
  const folder = pathInTree(root, eventsDir)
  const [head, ...others] = foldersOf(root, ['HEAD', ...branchesBeyondHead(root, ofRemotes)], folder)
  const isOver = (): boolean => found.elsewhere.size >= lines.length || performance.now() > until
  const seen = new Set<string>()
  const lookIn = (ofHead: readonly string[], ofTips: readonly string[]): void => {
    for (const { id, parts } of blobLines(root, unseen(ofHead, seen))) {
      seen.add(id)
      wanted.find(keysOf(parts), found.inHead)
    }
    const unread: string[] = []
    for (const blob of unseen(ofTips, seen)) {
      const keys = memory?.get(blob)
      if (keys === undefined) unread.push(blob)
      else wanted.find(keys, found.elsewhere)
    }
    for (const { id, parts } of isOver() ? [] : blobLines(root, unread)) {
      const keys = keysOf(parts)
      memory?.put(id, keys)
      wanted.find(keys, found.elsewhere)
      if (isOver()) break
    }
  }
  lookIn(
    blobsOfDays(head, days),
    others.flatMap((tree) => blobsOfDays(tree, days)),
  )
  // Another program may have put an event into another day's file.
  const isFound = ({ event_id: id }: RawLine): boolean => found.inHead.has(id) || found.elsewhere.has(id)
  if (!lines.every(isFound) && performance.now() <= until)
    lookIn(
      blobsOfDays(head),
      others.flatMap((tree) => blobsOfDays(tree)),
    )
  memory?.keep(new Set(others.flatMap((tree) => blobsOfDays(tree))))
  return found
}

/** The blobs, each once, that are not among those of HEAD that were read. */
function unseen(blobs: readonly string[], seen: ReadonlySet<string>): string[] {
  return [...new Set(blobs)].filter((blob) => !seen.has(blob))
}

/** Yields every event that HEAD has, a part of a file at a time. @throws KittyError if git fails. */
export function linesOfHead(root: string, eventsDir: string): Generator<RawLine[]> {
  return linesOfCommits(root, eventsDir, ['HEAD'])
}

/**
 * Yields every event that the commits have, a part of a file at a time and each file once.
 * @param but Skip files that this commit also has. @throws KittyError if git fails.
 */
export function* linesOfCommits(
  root: string,
  eventsDir: string,
  commits: readonly string[],
  but?: string,
): Generator<RawLine[]> {
  const folder = pathInTree(root, eventsDir)
  const known = new Set(but === undefined ? [] : blobsOfDays(foldersOf(root, [but], folder)[0]))
  const trees = foldersOf(root, commits, folder)
  const wanted = trees.flatMap((tree) => blobsOfDays(tree)).filter((blob) => !known.has(blob))
  for (const { parts } of blobLines(root, [...new Set(wanted)]))
    for (const part of parts) yield rawLinesIn(part)
}

/** Returns the tips of all local branches, newest first. @throws KittyError if git fails. */
export function branchTips(root: string): string[] {
  const tips = askGitText(root, [
    'for-each-ref',
    '--sort=-committerdate',
    '--format=%(objectname)',
    'refs/heads',
  ])
  return [...new Set((tips ?? '').split('\n').filter(Boolean))]
}

/** The folder in each of the commits. What is in its place, if it is a file, is not read. */
function foldersOf(root: string, commits: readonly string[], folder: string): (GitObject | undefined)[] {
  return readObjects(
    root,
    commits.map((commit) => `${commit}:${folder}`),
    0,
  )
}

function pathInTree(root: string, eventsDir: string): string {
  const prefix = askGitText(root, ['rev-parse', '--show-prefix']) ?? ''
  return prefix + repoPath(root, eventsDir)
}

function branchesBeyondHead(root: string, ofRemotes: boolean): string[] {
  const kinds = ofRemotes ? ['refs/heads', 'refs/remotes'] : ['refs/heads']
  const branches = ['for-each-ref', '--sort=-committerdate', '--format=%(objectname)', ...kinds]
  // Before the first commit there is no HEAD to compare with.
  const isBorn = resolveCommit(root, 'HEAD') !== undefined
  const others = askGitText(root, isBorn ? [...branches, '--no-merged=HEAD'] : branches) ?? ''
  return [...new Set(others.split('\n').filter(Boolean))]
}

/**
 * Returns the blob IDs of a folder's day files, for these days or for all. A tree is a sequence of `mode name NUL id`,
 * with the ID in binary.
 */
function blobsOfDays(tree: GitObject | undefined, days?: ReadonlySet<string>): string[] {
  if (tree?.type !== 'tree' || tree.content === undefined) return []
  const { id, content } = tree
  const idBytes = id.length / 2
  const blobs: string[] = []
  for (let at = 0; at < content.length;) {
    const end = content.indexOf(0, at)
    const name = content.toString('utf8', content.indexOf(0x20, at) + 1, end)
    at = end + 1 + idBytes
    if (isDayFile(name) && days?.has(name.slice(0, 10)) !== false)
      blobs.push(content.toString('hex', end + 1, at))
  }
  return blobs
}
