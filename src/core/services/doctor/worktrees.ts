import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { isLost } from '../../git/checkout.js'
import { askGitText, git } from '../../git/git.js'
import { recordOf, submodulesIn } from '../../git/worktree-record.js'
import { valueOf, worktreeRecords } from '../../git/worktrees.js'
import type { Workspace } from '../../workspace/workspace.js'
import { byHand, repairable, some, type Verdict, well } from './check.js'
import { isSamePlace, pathInside, placeInside, realPlace } from '../../platform/paths.js'
import { shownCommand } from '../../errors/next-step.js'
import { allowLongPaths, tooLongPath } from '../workspaces/long-paths.js'
import { counted } from '../../errors/counted.js'

interface Worktree {
  readonly path: string
  readonly head: string
  readonly branch: string | undefined
  /** True if its folder is gone. */
  readonly isStale: boolean
}

/** Finds worktrees that git lists but whose folder is gone, and folders that look like worktrees but are not. */
export function worktrees({ root, worktreesDir, gitCommonDir }: Workspace): Verdict {
  const known = listed(root)
  const stale = known.filter((worktree) => worktree.isStale)
  const name = ({ path }: Worktree): string => pathInside(root, path) ?? path
  // When a worktree's record is removed, only commits on a branch are kept.
  const unkept = stale.filter(({ branch, head }) => branch === undefined && !isOnABranch(root, head))
  if (unkept.length > 0) {
    return byHand(
      `the folder of ${some(unkept.map(name))} is gone, and no branch keeps the commit it stood on`,
      ...unkept.flatMap(({ head }) => shownCommand(['git', 'branch', `kept-${head.slice(0, 8)}`, head])),
      ...shownCommand(['git', 'worktree', 'prune'], 'after that'),
    )
  }
  // Git's record of a worktree has its index and its submodules' commits, and its folder may only have been moved: without
  // asking, kitty gives up none but its own.
  const ours = stale.filter(({ path }) => isOurs(worktreesDir, path) && !hasSubmodules(gitCommonDir, path))
  if (ours.length > 0) {
    return repairable(
      `git still knows ${counted(ours.length, 'worktree')} whose folder is gone (${some(ours.map(name))}): their branches cannot be checked out elsewhere`,
      'forgets them (git worktree remove); their branches stay',
      () => {
        for (const { path } of ours) git(root, ['worktree', 'remove', path])
      },
    )
  }
  const lost = folders(worktreesDir).filter(isLost)
  if (stale.length > 0) {
    return byHand(
      `git still knows ${counted(stale.length, 'worktree')} that it does not find (${some(stale.map(name))}): their branches cannot be checked out elsewhere`,
      ...(lost.length > 0
        ? shownCommand(
            ['git', 'worktree', 'repair', ...lost.slice(0, 10)],
            'if they were moved with the repository',
          )
        : shownCommand(['git', 'worktree', 'repair'], 'in its new place, if one was moved')),
      ...shownCommand(
        ['git', 'worktree', 'prune'],
        'if they are gone for good: forgets what was staged there, too',
      ),
    )
  }
  const registered = new Set(known.map(({ path }) => realPlace(path)))
  const leftover = folders(worktreesDir).filter(
    (path) => !registered.has(realPlace(path)) && !known.some((one) => isSamePlace(one.path, path)),
  )
  if (leftover.length === 0) {
    // As long as the names of worktrees are.
    const long = tooLongPath(root, join(worktreesDir, '001-feature-WP01'), 'HEAD')
    if (long !== undefined)
      return byHand(
        `a worktree's path of ${long.file} would have ${long.length} characters, more than Windows opens`,
        ...allowLongPaths(),
      )
    return well(known.length > 1 ? counted(known.length - 1, 'worktree') : 'none')
  }
  const names = leftover.map((path) => pathInside(root, path) ?? path)
  return byHand(
    `${some(names)} ${names.length === 1 ? 'is' : 'are'} no worktree of this repository: work in there is on no branch`,
    'Look at what is in there, and move away what is of use: kitty deletes nothing it does not know.',
  )
}

function listed(root: string): Worktree[] {
  return worktreeRecords(root).flatMap((lines) => {
    const path = valueOf(lines, 'worktree')
    if (path === undefined) return []
    // A locked worktree may be on a disk that is not mounted now.
    const isStale = valueOf(lines, 'prunable') !== undefined && valueOf(lines, 'locked') === undefined
    return [{ path, head: valueOf(lines, 'HEAD') ?? '', branch: valueOf(lines, 'branch'), isStale }]
  })
}

/** Git removes no record whose folder is there; `git worktree repair` gives that one its `.git` again. */
function isOurs(worktreesDir: string, path: string): boolean {
  return (placeInside(worktreesDir, path) ?? '') !== '' && !existsSync(path)
}

function hasSubmodules(gitCommonDir: string, path: string): boolean {
  const record = recordOf(gitCommonDir, path)
  return record !== undefined && submodulesIn(record) !== undefined
}

function isOnABranch(root: string, head: string): boolean {
  return (
    /^[0-9a-f]+$/.test(head) &&
    askGitText(root, ['for-each-ref', '--contains', head, '--count=1', 'refs']) !== ''
  )
}

function folders(dir: string): string[] {
  if (!existsSync(dir)) return []
  return readdirSync(dir, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(dir, entry.name))
}
