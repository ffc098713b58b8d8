import { randomUUID } from 'node:crypto'
import { type ChangedFile, changedFiles } from './changed-files.js'
import { git } from './git.js'

/** One commit, with the files under a folder that it changed. */
export interface LogCommit {
  readonly commit: string
  /** Spelled as in `.mailmap`. */
  readonly author: string
  /** RFC 3339, by the author's clock. Rebases and amendments keep it. */
  readonly authored: string
  /** RFC 3339, by the committer's clock. */
  readonly committed: string
  readonly files: readonly ChangedFile[]
}

const FIELDS = 5

/**
 * The commits of a range that changed files under `folder`, merges excluded, oldest first. Reads no file: git would hold
 * both sides of a patch in memory, and they are as large as their author likes.
 * @param range `BASE..HEAD`, or one commit for everything up to it
 * @param root The folder that paths count from: the checkout's top, or a folder in it that KITTY_ROOT names
 * @param folder Relative to `root`, with `/`
 * @param days `YYYY-MM-DD`: only the files of these days
 * @throws as `git`
 */
export function logCommits(
  root: string,
  range: string,
  folder: string,
  days?: ReadonlySet<string>,
): LogCommit[] {
  // Random, so that no author's name can pass for a commit.
  const mark = randomUUID()
  const output = git(root, [
    'log',
    '--reverse',
    '--topo-order',
    '--no-merges',
    '--no-color',
    '--no-renames',
    '--raw',
    '--relative',
    '--no-abbrev',
    '-z',
    `--format=${['', '%H', '%aN', '%aI', '%cI', ''].join(mark)}`,
    range,
    '--',
    ...(days === undefined ? [folder] : [...days].map((day) => `:(glob)${folder}/${day}*`)),
  ]).toString('utf8')
  const parts = output.split(mark).slice(1)
  const commits: LogCommit[] = []
  for (let at = 0; at + FIELDS <= parts.length; at += FIELDS) {
    const [commit = '', author = '', authored = '', committed = '', raw = ''] = parts.slice(at, at + FIELDS)
    commits.push({ commit, author, authored, committed, files: changedFiles(raw) })
  }
  return commits
}

/** When the newest commit that `head` contains and that changed files under `folder` was made, in milliseconds. */
export function lastChange(root: string, head: string, folder: string): number {
  const newest = git(root, ['log', '--max-count=1', '--format=%aI', head, '--', folder])
  return Date.parse(newest.toString('utf8').trim()) || 0
}

/** Returns every author of a commit that `head` contains, spelled as in `.mailmap`. */
export function authorsOf(root: string, head: string): Set<string> {
  return new Set(git(root, ['log', '--format=%aN', head]).toString('utf8').split('\n').filter(Boolean))
}
