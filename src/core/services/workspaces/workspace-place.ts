import { join } from 'node:path'
import { shownCommand } from '../../errors/next-step.js'
import { quoted } from '../../errors/secrets.js'
import { KittyError } from '../../errors/kitty-error.js'
import { assertReachable, obstacleTo } from '../../files/work-tree.js'
import { currentBranch } from '../../git/branch.js'
import { branchNamed, branchRefs } from '../../git/branch-refs.js'
import { askGitText, resolveCommit } from '../../git/git.js'
import { assertSlug } from '../../workspace/slug.js'
import type { Workspace } from '../../workspace/workspace.js'
import {
  type GitWorktree,
  isHalfMade,
  isOccupied,
  listWorktrees,
  type NewWorktree,
} from '../../git/worktrees.js'
import { isLost } from '../../git/checkout.js'
import { isSamePlace } from '../../platform/paths.js'
import { refuseLongPath } from './long-paths.js'
import { systemCommands } from '../../platform/system-commands.js'
import { packageName } from '../../specs/work-package-id.js'

/** Where one package is worked on. */
export interface WorkspacePlace {
  /** `017/WP01`: how a command names the package, wherever it runs. */
  readonly packageName: string
  /** `<slug>-WPxx`: the name of both the branch and the folder in `.worktrees`. */
  readonly name: string
  /** Absolute. */
  readonly path: string
}

/** What exists, and what would have to be created. Nothing has been created yet. */
export type WorkspaceLook =
  | { readonly state: 'whole' | 'half made'; readonly worktree: GitWorktree; readonly base: string | null }
  | {
      readonly state: 'absent'
      readonly make: NewWorktree
      readonly base: string | null
      readonly branchExists: boolean
    }

/** @throws KittyError UsageError for a slug that must not become a folder and a branch */
export function placeOf(workspace: Workspace, feature: string, workPackage: string): WorkspacePlace {
  assertSlug(feature)
  const name = `${feature}-${workPackage}`
  return { packageName: packageName(feature, workPackage), name, path: join(workspace.worktreesDir, name) }
}

/**
 * The worktree of a place: the one at its path, or the one that has its branch checked out. A link at the path does not
 * count, since one package would then use another's worktree.
 */
export function worktreeAt(
  root: string,
  { name, path }: Pick<WorkspacePlace, 'name' | 'path'>,
  worktrees: readonly GitWorktree[],
): GitWorktree | undefined {
  const atPath =
    obstacleTo(root, path) === undefined ? worktrees.find((one) => isSamePlace(one.path, path)) : undefined
  return atPath ?? worktrees.find((one) => one.exists && one.branch === name)
}

/**
 * Inspects the place, asks git, and refuses what could not be created, before anything is created.
 * @param base a branch or any revision; defaults to HEAD of the checkout that has the log
 * @throws KittyError UnsafeSetup (something else is in the way), UsageError (nothing to start from, or paths that are
 * too long for Windows)
 */
export function lookAt(workspace: Workspace, place: WorkspacePlace, base: string | undefined): WorkspaceLook {
  const { root } = workspace
  assertReachable(root, place.path)
  const start = startOf(workspace, base)
  const worktrees = listWorktrees(root)
  const worktree = worktreeAt(root, place, worktrees)
  if (worktree?.exists)
    return { state: isHalfMade(worktree) ? 'half made' : 'whole', worktree, base: start.base }
  if (isOccupied(place.path)) throw inTheWay(root, place)
  const branchExists =
    askGitText(root, ['rev-parse', '--verify', '--quiet', `refs/heads/${place.name}`]) !== undefined
  refuseLongPath(root, place.path, branchExists ? `refs/heads/${place.name}` : start.commit)
  const make = {
    path: place.path,
    branch: place.name,
    start: branchExists ? undefined : start.commit,
    known: worktree ?? worktrees.find((one) => one.isForeign && one.branch === place.name),
  }
  return { state: 'absent', make, base: start.base, branchExists }
}

function startOf(
  { root, logGitDir, worktree }: Workspace,
  base: string | undefined,
): { commit: string; base: string | null } {
  if (base === undefined) {
    const commit = resolveCommit(root, 'HEAD')
    if (commit === undefined) throw nothingCommitted(root)
    return { commit, base: currentBranch(logGitDir) ?? null }
  }
  // A branch before a tag of its name, which git would take: the log has the base's name, and merge takes the branch.
  const [ref = base] = branchRefs(root, base)
  const commit = resolveCommit(worktree, ref)
  if (commit === undefined) throw noSuchBase(base)
  return { commit, base: ref === base ? (branchNamed(worktree, base) ?? base) : base }
}

function nothingCommitted(root: string): KittyError {
  return new KittyError('UsageError', `${root} has no commit yet, and a branch needs one to start from.`, {
    nextSteps: [
      ...shownCommand(['git', 'add', '--all']),
      ...shownCommand(['git', 'commit', '-m', 'Start']),
      'Then run the command again.',
    ],
  })
}

function noSuchBase(base: string): KittyError {
  return new KittyError('UsageError', `--base ${quoted(base, 80)} names no commit of this repository.`, {
    nextSteps: [
      ...shownCommand(['git', 'branch', '--all']),
      'or leave --base out: the branch then starts where the primary checkout is',
    ],
    context: { base },
  })
}

function inTheWay(root: string, { path, packageName: name }: WorkspacePlace): KittyError {
  return new KittyError(
    'UnsafeSetup',
    `${path} is there and is no worktree of this repository: nothing was made.`,
    {
      nextSteps: [
        ...(isLost(path)
          ? shownCommand(
              ['git', '-C', root, 'worktree', 'repair', path],
              'if it was moved here with the repository',
            )
          : []),
        ...shownCommand(systemCommands().lookAt(path), 'look at it'),
        ...shownCommand(['kitty', 'implement', name], 'once that is moved away'),
      ],
      context: { path },
    },
  )
}
