import { existsSync, lstatSync, readdirSync, realpathSync, rmSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { askGitText, git, gitText, resolveCommit } from './git.js'

/** One worktree as git knows it: git-worktree(1), "PORCELAIN FORMAT". */
export interface GitWorktree {
  readonly path: string
  /** Undefined while nothing is checked out. */
  readonly head: string | undefined
  /** Short name; undefined when HEAD is detached. */
  readonly branch: string | undefined
  /** Why it may not be pruned; undefined when it is not locked. */
  readonly locked: string | undefined
  /** Its folder is there, with git's own file in it. */
  readonly exists: boolean
}

/** What `git worktree add` locks a worktree with for as long as it makes it: left behind, it was never finished. */
const BEING_MADE = 'initializing'
/** A git that outlives the kitty that started it has this long to finish, in milliseconds. */
const GRACE_MS = 2_000
const LOOK_EVERY_MS = 50

export function listWorktrees(root: string): GitWorktree[] {
  const entries = gitText(root, ['worktree', 'list', '--porcelain']).split(/\n\n+/)
  return entries.flatMap((entry) => {
    const lines = entry.split('\n')
    const path = valueOf(lines, 'worktree')
    if (path === undefined || lines.includes('bare')) return []
    const branch = valueOf(lines, 'branch')?.replace(/^refs\/heads\//, '')
    const exists = existsSync(join(path, '.git'))
    return [{ path, head: valueOf(lines, 'HEAD'), branch, locked: valueOf(lines, 'locked'), exists }]
  })
}

export function isHalfMade({ exists, locked }: GitWorktree): boolean {
  return exists && locked === BEING_MADE
}

export interface NewWorktree {
  readonly path: string
  readonly branch: string
  /** Object id the branch is to start from; undefined for a branch that is there. */
  readonly start: string | undefined
  /** Git still knows a worktree at this path, whose folder is gone. */
  readonly known: GitWorktree | undefined
}

/** @throws GitRefusal; the worktree may have been made all the same when a hook of the user's failed. */
export function addWorktree(root: string, { path, branch, start, known }: NewWorktree): void {
  // Twice for one that was being made when its maker died: git holds that for locked by somebody.
  const force = known === undefined ? [] : known.locked === BEING_MADE ? ['--force', '--force'] : ['--force']
  // By object id, so that a branch on a server does not become this one's upstream.
  const what = start === undefined ? [path, branch] : ['-b', branch, path, start]
  git(root, ['worktree', 'add', '--quiet', ...force, ...what])
}

/**
 * Finishes a worktree whose making was cut short. Only files that are missing are written: one that differs stays as
 * it is and shows in `git status`.
 * @throws GitRefusal
 */
export async function completeWorktree(root: string, path: string): Promise<void> {
  const gitDir = gitText(path, ['rev-parse', '--absolute-git-dir'])
  for (let waited = 0; waited < GRACE_MS; waited += LOOK_EVERY_MS) {
    if (!existsSync(join(gitDir, 'locked'))) return
    await sleep(LOOK_EVERY_MS)
  }
  rmSync(join(gitDir, 'index.lock'), { force: true })
  if (!existsSync(join(gitDir, 'index'))) git(path, ['read-tree', 'HEAD'])
  git(path, ['checkout-index', '-z', '--stdin'], { input: git(path, ['ls-files', '-z', '--deleted']) })
  git(root, ['worktree', 'unlock', path])
}

/** What a worktree holds that no commit does. Paths are relative to it. */
export interface Uncommitted {
  /** Changed, staged, in conflict or untracked. */
  readonly changes: readonly string[]
  /** Files that git ignores one by one; whole ignored folders are what tools build. */
  readonly ignoredFiles: readonly string[]
}

export function uncommittedIn(path: string): Uncommitted {
  const args = [
    'status',
    '--porcelain',
    '-z',
    '--no-renames',
    '--untracked-files=normal',
    '--ignored=traditional',
  ]
  const entries = git(path, args).toString('utf8').split('\0').filter(Boolean)
  const ignored = entries.filter((entry) => entry.startsWith('!! ')).map((entry) => entry.slice(3))
  return {
    changes: entries.filter((entry) => !entry.startsWith('!! ')).map((entry) => entry.slice(3)),
    ignoredFiles: ignored.filter((name) => !name.endsWith('/')),
  }
}

/** True when HEAD is detached and has commits that no branch, tag or remote has. */
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

/** Those of the branches that have commits of their own, all of which are in one of the given others. */
export function mergedBranches(
  root: string,
  branches: ReadonlySet<string>,
  into: readonly string[],
): Set<string> {
  const merged = new Set<string>()
  for (const target of new Set(into)) {
    // Named by an event, so perhaps a branch that this clone never had.
    const commit = resolveCommit(root, target)
    if (commit === undefined) continue
    const names =
      askGitText(root, ['for-each-ref', `--merged=${commit}`, '--format=%(refname:short)', 'refs/heads']) ??
      ''
    for (const name of names.split('\n')) {
      if (branches.has(name) && name !== target && hasMoved(root, name)) merged.add(name)
    }
  }
  return merged
}

/** A branch that was never committed to is merged by definition; its reflog tells. */
function hasMoved(root: string, branch: string): boolean {
  const log = askGitText(root, [
    'log',
    '--walk-reflogs',
    '--format=%H',
    '--max-count=2',
    `refs/heads/${branch}`,
    '--',
  ])
  return new Set((log ?? '').split('\n').filter(Boolean)).size > 1
}

/** Whether two paths are one place, also where its last part is not there. */
export function isSamePlace(a: string, b: string): boolean {
  return realPlace(a) === realPlace(b)
}

function realPlace(path: string): string {
  const whole = resolve(path)
  const parent = dirname(whole)
  if (lstatSync(whole, { throwIfNoEntry: false }) !== undefined) return realpathSync(whole)
  return parent === whole ? whole : join(realPlace(parent), basename(whole))
}

/** True for a folder with something in it, and for anything that is no folder. */
export function isOccupied(path: string): boolean {
  const stats = lstatSync(path, { throwIfNoEntry: false })
  if (stats === undefined) return false
  return !stats.isDirectory() || readdirSync(path).length > 0
}

function valueOf(lines: readonly string[], key: string): string | undefined {
  const line = lines.find((candidate) => candidate === key || candidate.startsWith(`${key} `))
  return line?.slice(key.length + 1)
}
