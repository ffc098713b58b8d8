import { randomUUID } from 'node:crypto'
import { type ChangedFile, changedFiles, filesBetween } from './changed-files.js'
import { askGitText, git, gitText } from './git.js'
import { LOG } from './log-command.js'

/** A file that differs from the one in every parent: what a merge took over from one of them does not. */
export interface CommitFile {
  /** From the folder that git was asked in. */
  readonly path: string
  /** Blobs before, one for each parent; undefined where there was no plain file. */
  readonly before: readonly (string | undefined)[]
  /** Blob after; undefined if there is no plain file. */
  readonly after: string | undefined
}

/** One commit, with the files under a folder that it changed. */
export interface LogCommit {
  readonly commit: string
  /** Spelled as in `.mailmap`. */
  readonly author: string
  /** RFC 3339, by the author's clock. Rebases and amendments keep it. */
  readonly authored: string
  /** RFC 3339, by the committer's clock. */
  readonly committed: string
  readonly files: readonly CommitFile[]
  /** Of a merge: how each file differs from the one in any parent. Empty for other commits. */
  readonly sides: readonly ChangedFile[]
}

/** A commit against one of its parents. */
interface Side {
  readonly commit: string
  readonly parents: number
  readonly author: string
  readonly authored: string
  readonly committed: string
  readonly files: readonly ChangedFile[]
}

const FIELDS = 6

/**
 * The commits of a range that changed files under `folder`, oldest first. Merges are among them, also those that took
 * over one parent's files: another parent's lines may have gone with that. Reads no file: git would hold both sides of a
 * patch in memory, and they are as large as their author likes.
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
    ...LOG,
    '--reverse',
    '--topo-order',
    '--full-history',
    '-m',
    '--no-color',
    '--no-renames',
    '--raw',
    '--relative',
    '--no-abbrev',
    '-z',
    `--format=${['', '%H', '%P', '%aN', '%aI', '%cI', ''].join(mark)}`,
    range,
    '--',
    ...(days === undefined ? [folder] : [...days].map((day) => `:(glob)${folder}/${day}*`)),
  ]).toString('utf8')
  const parts = output.split(mark).slice(1)
  const commits: Side[][] = []
  for (let at = 0; at + FIELDS <= parts.length; at += FIELDS) {
    const [commit = '', parents = '', author = '', authored = '', committed = '', raw = ''] = parts.slice(
      at,
      at + FIELDS,
    )
    const side = {
      commit,
      parents: parents.split(' ').length,
      author,
      authored,
      committed,
      files: changedFiles(raw),
    }
    const last = commits.at(-1)
    if (last?.[0]?.commit === commit) last.push(side)
    else commits.push([side])
  }
  return commits.map(ofSides)
}

function ofSides(sides: readonly Side[]): LogCommit {
  const { commit = '', parents = 1, author = '', authored = '', committed = '' } = sides[0] ?? {}
  const all = sides.flatMap(({ files }) => files)
  const files = differingFromAll(
    sides.map((side) => side.files),
    parents,
  )
  return { commit, author, authored, committed, files, sides: parents > 1 ? all : [] }
}

/** @param parents how many there are, of which some may not differ at all */
function differingFromAll(sides: readonly (readonly ChangedFile[])[], parents: number): CommitFile[] {
  const byPath = new Map<string, { before: (string | undefined)[]; after: string | undefined }>()
  for (const { path, before, after } of sides.flat()) {
    const known = byPath.get(path)
    if (known === undefined) byPath.set(path, { before: [before], after })
    else known.before.push(before)
  }
  return [...byPath]
    .filter(([, { before }]) => before.length === parents)
    .map(([path, { before, after }]) => ({ path, before, after }))
}

/**
 * The files under `folder` in which `head` differs from every common ancestor it has with `base`. Undefined if they have
 * none.
 * @throws as `git`
 */
export function changedSince(
  root: string,
  base: string,
  head: string,
  folder: string,
): CommitFile[] | undefined {
  const ancestors = (askGitText(root, ['merge-base', '--all', base, head]) ?? '').split('\n').filter(Boolean)
  if (ancestors.length === 0) return undefined
  const sides = ancestors.map((ancestor) => filesBetween(root, ancestor, head, folder))
  return differingFromAll(sides, ancestors.length)
}

/** One commit, without its files. @throws as `git` */
export function commitAt(root: string, commit: string): LogCommit {
  const fields = gitText(root, [...LOG, '--max-count=1', '--format=%aN%n%aI%n%cI', commit, '--'])
  const [author = '', authored = '', committed = ''] = fields.split('\n')
  return { commit, author, authored, committed, files: [], sides: [] }
}

/** When the newest commit that `head` contains and that changed files under `folder` was made, in milliseconds. */
export function lastChange(root: string, head: string, folder: string): number {
  const newest = git(root, [...LOG, '--max-count=1', '--format=%aI', head, '--', folder])
  return Date.parse(newest.toString('utf8').trim()) || 0
}

/** Returns every author of a commit that `head` contains, spelled as in `.mailmap`. */
export function authorsOf(root: string, head: string): Set<string> {
  return new Set(
    git(root, [...LOG, '--format=%aN', head])
      .toString('utf8')
      .split('\n')
      .filter(Boolean),
  )
}
