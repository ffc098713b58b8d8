import { randomUUID } from 'node:crypto'
import { git } from './git.js'

/** What one commit did to the lines of the files under a folder. */
export interface LogCommit {
  readonly commit: string
  /** Spelled as in `.mailmap`. */
  readonly author: string
  /** RFC 3339, by the author's clock. Rebases and amendments keep it. */
  readonly authored: string
  /** RFC 3339, by the committer's clock. */
  readonly committed: string
  readonly added: readonly string[]
  readonly removed: readonly string[]
  /** The file of each line of `added`, as a patch names it. */
  readonly addedIn: readonly string[]
}

const FIELDS = 5

/**
 * The commits of a range that changed files under `folder`, merges excluded, oldest first.
 * @param range `BASE..HEAD`, or one commit for everything up to it
 * @param folder Relative to the repository's root, with `/`
 * @throws as `git`
 */
export function logCommits(root: string, range: string, folder: string): LogCommit[] {
  // Random, so that no line of the log can pass for a commit. `--text`: neither an attribute nor a NUL hides lines.
  const mark = randomUUID()
  const output = git(root, [
    'log',
    '--reverse',
    '--topo-order',
    '--no-merges',
    '--no-color',
    '--no-ext-diff',
    '--no-textconv',
    '--no-renames',
    '--text',
    '--unified=0',
    '--patch',
    `--format=${['', '%H', '%aN', '%aI', '%cI', ''].join(mark)}`,
    range,
    '--',
    `:(top)${folder}`,
  ]).toString('utf8')
  const parts = output.split(mark).slice(1)
  const commits: LogCommit[] = []
  for (let at = 0; at + FIELDS <= parts.length; at += FIELDS) {
    const [commit = '', author = '', authored = '', committed = '', patch = ''] = parts.slice(at, at + FIELDS)
    commits.push({ commit, author, authored, committed, ...changedLines(patch) })
  }
  return commits
}

/** A line of the log begins with `{`, so no line that was added looks like a file's header. */
function changedLines(patch: string): Pick<LogCommit, 'added' | 'removed' | 'addedIn'> {
  const added: string[] = []
  const removed: string[] = []
  const addedIn: string[] = []
  let file = ''
  for (const line of patch.split('\n')) {
    if (line.startsWith('+++ ')) file = line.slice(4).trimEnd()
    else if (line.startsWith('+')) {
      added.push(line.slice(1))
      addedIn.push(file)
    } else if (line.startsWith('-') && !line.startsWith('--- ')) removed.push(line.slice(1))
  }
  return { added, removed, addedIn }
}

/** Returns every author of a commit that `head` contains, spelled as in `.mailmap`. */
export function authorsOf(root: string, head: string): Set<string> {
  return new Set(git(root, ['log', '--format=%aN', head]).toString('utf8').split('\n').filter(Boolean))
}
