import { existsSync, lstatSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { isKittyError } from '../errors/kitty-error.js'
import { begunFiles } from './begun-files.js'
import { findCheckout, primaryCheckout } from './checkout.js'
import { askGitFields, askGitText, git, GitRefusal, gitText, resolveCommit } from './git.js'
import { LOG } from './log-command.js'
import { statsIfThere } from '../files/stats-if-there.js'
import { isSamePlace } from '../platform/paths.js'
import { removeFile } from '../platform/remove-path.js'

/** One worktree as git reports it (git-worktree(1), "PORCELAIN FORMAT"). */
export interface GitWorktree {
  readonly path: string
  /** Undefined while nothing is checked out. */
  readonly head: string | undefined
  /** Short name; undefined if HEAD is detached. */
  readonly branch: string | undefined
  /** Why git must not prune it; undefined if it is not locked. */
  readonly locked: string | undefined
  /** Its folder exists, and git's own file in it names this repository. */
  readonly exists: boolean
  /** Its folder is a worktree of another repository, of which this one is a copy, git's directory and all. */
  readonly isForeign: boolean
}

/**
 * Lock reason that `git worktree add` sets while it creates a worktree: if it is still there, creation never finished.
 */
const BEING_MADE = 'initializing'
/** How long a git that outlives the kitty that started it gets to finish, in milliseconds. */
const GRACE_MS = 2_000
const LOOK_EVERY_MS = 50

export function listWorktrees(root: string): GitWorktree[] {
  const here = findCheckout(root)
  return worktreeRecords(root).flatMap((lines, at) => {
    const listed = valueOf(lines, 'worktree')
    if (listed === undefined || lines.includes('bare')) return []
    // The primary checkout comes first. Of a submodule, or with a separate git directory, git names that directory.
    const isElsewhere = at === 0 && here !== undefined && !existsSync(join(listed, '.git'))
    const path = isElsewhere ? (primaryCheckout(here) ?? listed) : listed
    const branch = valueOf(lines, 'branch')?.replace(/^refs\/heads\//, '')
    const whose = here === undefined ? 'no one' : whoseIs(path, here.gitCommonDir)
    const of = { exists: whose === 'ours', isForeign: whose === 'another' }
    return [{ path, head: valueOf(lines, 'HEAD'), branch, locked: valueOf(lines, 'locked'), ...of }]
  })
}

/** Which repository git's own file in a folder names. */
function whoseIs(path: string, gitCommonDir: string): 'ours' | 'another' | 'no one' {
  if (!existsSync(join(path, '.git'))) return 'no one'
  try {
    const found = findCheckout(path)
    if (found === undefined) return 'no one'
    return isSamePlace(found.gitCommonDir, gitCommonDir) ? 'ours' : 'another'
  } catch (error) {
    // It names one that is not there.
    if (!isKittyError(error)) throw error
    return 'no one'
  }
}

/** One record for each worktree, of lines as `branch refs/heads/main`: git-worktree(1), "Porcelain Format". */
export function worktreeRecords(root: string): string[][] {
  const list = ['worktree', 'list', '--porcelain']
  try {
    // A path may have line breaks.
    const records = gitText(root, [...list, '-z']).split('\0\0')
    return records.map((record) => record.split('\0'))
  } catch (error) {
    // Git before 2.36 does not know -z, and says so with its usage.
    if (!(error instanceof GitRefusal) || error.status !== USAGE) throw error
    const records = gitText(root, list).split(/\n\n+/)
    return records.map((record) => record.split('\n'))
  }
}

/** Git's exit code for options that it does not know. */
const USAGE = 129

export function isHalfMade({ exists, locked }: GitWorktree): boolean {
  return exists && locked === BEING_MADE
}

export interface NewWorktree {
  readonly path: string
  readonly branch: string
  /** ID of the object the branch starts from; undefined if the branch exists. */
  readonly start: string | undefined
  /** Git still knows a worktree at this path, but its folder is gone; or one with the branch, but it is foreign. */
  readonly known: GitWorktree | undefined
}

/** @throws GitRefusal; if one of the user's hooks failed, the worktree may exist all the same. */
export function addWorktree(root: string, { path, branch, start, known }: NewWorktree): void {
  // Force twice if the worktree's creator died: to git, such a worktree is locked.
  const force = known === undefined ? [] : known.locked === BEING_MADE ? ['--force', '--force'] : ['--force']
  // Use the object ID, so that a remote branch does not become this branch's upstream.
  const what = start === undefined ? [path, branch] : ['-b', branch, path, start]
  git(root, ['worktree', 'add', '--quiet', ...force, ...what])
}

/**
 * Finishes a worktree whose creation was interrupted. Writes missing files, and the file that git had begun to write:
 * what it has is the beginning of what git would write. Any other file that differs is left alone and shows up in
 * `git status`.
 * @throws GitRefusal
 */
export async function completeWorktree(root: string, path: string): Promise<void> {
  const gitDir = gitText(path, ['rev-parse', '--absolute-git-dir'])
  for (let waited = 0; waited < GRACE_MS; waited += LOOK_EVERY_MS) {
    if (!existsSync(join(gitDir, 'locked'))) return
    await sleep(LOOK_EVERY_MS)
  }
  removeFile(join(gitDir, 'index.lock'))
  if (!existsSync(join(gitDir, 'index'))) git(path, ['read-tree', 'HEAD'])
  git(path, ['checkout-index', '-z', '--stdin'], { input: git(path, ['ls-files', '-z', '--deleted']) })
  for (const name of begunFiles(path)) git(path, ['checkout-index', '--force', '--', name])
  git(root, ['worktree', 'unlock', path])
}

/** What a worktree holds that no commit does. Paths are relative to the worktree. */
export interface Uncommitted {
  /** Changed, staged, in conflict or untracked. */
  readonly changes: readonly string[]
  /** Files that a pattern ignores. A folder that a pattern ignores as a whole is build output, with all that is in it. */
  readonly ignoredFiles: readonly string[]
}

export function uncommittedIn(path: string): Uncommitted {
  const args = [
    'status',
    '--porcelain',
    '-z',
    '--no-renames',
    '--untracked-files=normal',
    // Names a folder only where a pattern matches it. `traditional` also names one that holds nothing but ignored files.
    '--ignored=matching',
  ]
  const entries = git(path, args).toString('utf8').split('\0').filter(Boolean)
  const ignored = entries.filter((entry) => entry.startsWith('!! ')).map((entry) => entry.slice(3))
  return {
    changes: entries.filter((entry) => !entry.startsWith('!! ')).map((entry) => entry.slice(3)),
    ignoredFiles: ignored.filter((name) => !name.endsWith('/')),
  }
}

/**
 * Changed files that git was told to take for unchanged (`git update-index --skip-worktree`, `--assume-unchanged`), which
 * `git status` does not show. Paths are relative to the worktree.
 */
export function hiddenChangesIn(path: string): string[] {
  // See git-ls-files(1), "-v": S is --skip-worktree, which a sparse checkout sets without writing the file, and a small
  // letter is --assume-unchanged.
  const flagged = askGitFields(path, ['ls-files', '-v', '--stage', '-z']).flatMap((entry) => {
    const [, id = '', name = ''] = /^[Sa-z] \d+ ([0-9a-f]+) \d\t(.*)$/s.exec(entry) ?? []
    return name !== '' && statsIfThere(join(path, name))?.isFile() === true ? [{ id, name }] : []
  })
  // A name with a line end cannot be asked for: "could not find out" counts as changed.
  const asked = flagged.filter(({ name }) => !name.includes('\n'))
  const input = asked.map(({ name }) => `${name}\n`).join('')
  const ids = asked.length === 0 ? [] : gitText(path, ['hash-object', '--stdin-paths'], { input }).split('\n')
  const unchanged = new Set(asked.filter(({ id }, at) => ids[at] === id).map(({ name }) => name))
  return flagged.map(({ name }) => name).filter((name) => !unchanged.has(name))
}

/** True if HEAD is detached and has commits that are on no branch, tag or remote. */
export function hasLooseCommits(worktree: GitWorktree): boolean {
  if (worktree.branch !== undefined) return false
  const loose = askGitText(worktree.path, [
    'rev-list',
    '--max-count=1',
    'HEAD',
    '--not',
    '--branches',
    '--tags',
    '--remotes',
  ])
  return loose !== ''
}

/**
 * Returns the branches that have commits of their own, all of them contained in one of the given others.
 * @param into HEAD, or refs; a branch is not merged because it contains itself
 */
export function mergedBranches(
  root: string,
  branches: ReadonlySet<string>,
  into: readonly string[],
): Set<string> {
  const merged = new Set<string>()
  for (const target of new Set(into)) {
    const commit = resolveCommit(root, target)
    // The branch of a new repository has no commit yet.
    if (commit === undefined) continue
    const names =
      askGitText(root, [
        'for-each-ref',
        `--merged=${commit}`,
        '--format=%(refname:lstrip=2)',
        'refs/heads',
      ]) ?? ''
    for (const name of names.split('\n')) {
      if (branches.has(name) && `refs/heads/${name}` !== target && hasMoved(root, name)) merged.add(name)
    }
  }
  return merged
}

/** A branch without commits of its own is always "merged"; its reflog shows whether it ever moved. */
function hasMoved(root: string, branch: string): boolean {
  const log = askGitText(root, [
    ...LOG,
    '--walk-reflogs',
    '--format=%H',
    '--max-count=2',
    `refs/heads/${branch}`,
    '--',
  ])
  return new Set((log ?? '').split('\n').filter(Boolean)).size > 1
}

/** True for a folder that is not empty, and for anything that is not a folder. */
export function isOccupied(path: string): boolean {
  const stats = lstatSync(path, { throwIfNoEntry: false })
  if (stats === undefined) return false
  return !stats.isDirectory() || readdirSync(path).length > 0
}

/** What a record says of a key; empty where the key has no value. */
export function valueOf(lines: readonly string[], key: string): string | undefined {
  const line = lines.find((candidate) => candidate === key || candidate.startsWith(`${key} `))
  return line?.slice(key.length + 1)
}
