import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { askGitText, git, gitText } from '../../git/git.js'
import type { Workspace } from '../../workspace/workspace.js'
import { byHand, repairable, some, type Verdict, well } from './check.js'
import { isSamePlace, pathInside, realPlace } from '../../platform/paths.js'
import { shownCommand } from '../../errors/next-step.js'
import { allowLongPaths, tooLongPath } from '../long-paths.js'
import { counted } from '../../errors/counted.js'

interface Worktree {
  readonly path: string
  readonly head: string
  readonly branch: string | undefined
  /** True if its folder is gone. */
  readonly isStale: boolean
}

/** Finds worktrees that git lists but whose folder is gone, and folders that look like worktrees but are not. */
export function worktrees({ root, worktreesDir }: Workspace): Verdict {
  const known = parse(gitText(root, ['worktree', 'list', '--porcelain']))
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
  if (stale.length > 0) {
    return repairable(
      `git still knows ${counted(stale.length, 'worktree')} whose folder is gone (${some(stale.map(name))}): their branches cannot be checked out elsewhere`,
      'forgets them (git worktree prune); their branches stay',
      () => void git(root, ['worktree', 'prune']),
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

/** See git-worktree(1), "Porcelain Format". */
function parse(porcelain: string): Worktree[] {
  return porcelain
    .split('\n\n')
    .map(
      (block) =>
        new Map(
          block.split('\n').map((line) => [line.split(' ', 1)[0] ?? '', line.slice(line.indexOf(' ') + 1)]),
        ),
    )
    .filter((entry) => entry.has('worktree'))
    .map((entry) => ({
      path: entry.get('worktree') ?? '',
      head: entry.get('HEAD') ?? '',
      branch: entry.get('branch'),
      // A locked worktree may be on a disk that is not mounted now.
      isStale: entry.has('prunable') && !entry.has('locked'),
    }))
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
