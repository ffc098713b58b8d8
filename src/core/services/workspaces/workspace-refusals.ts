/** Why a worktree is not removed, and what to do. */
import { counted } from '../../errors/counted.js'
import { KittyError, systemCode } from '../../errors/kitty-error.js'
import { shownCommand } from '../../errors/next-step.js'
import type { WorkPackageState } from '../../events-lib.js'
import type { GitRefusal } from '../../git/git.js'
import type { Operation } from '../../git/under-way.js'
import type { GitWorktree, Uncommitted } from '../../git/worktrees.js'
import { packageName } from '../../specs/work-package-id.js'

/** Most files that a message names. */
const NAMED = 5

export function nothingToRemove(feature: string, workPackage: string): KittyError {
  return new KittyError('UsageError', `${workPackage} of ${feature} has no worktree on this machine.`, {
    nextSteps: [
      ...shownCommand(['kitty', 'agent', 'workspaces', 'list']),
      ...shownCommand(['kitty', 'implement', packageName(feature, workPackage)], 'makes one'),
    ],
    context: { feature_slug: feature, work_package: workPackage },
  })
}

/** @param name how a command names the package */
export function youAreInIt({ path }: GitWorktree, root: string, name: string): KittyError {
  return new KittyError('UsageError', `${path} is where you are.`, {
    nextSteps: [
      ...shownCommand(['cd', root]),
      ...shownCommand(['kitty', 'agent', 'workspaces', 'remove', name], 'from there'),
    ],
    context: { path },
  })
}

export function isLocked({ path, locked }: GitWorktree): KittyError {
  const why = locked === undefined || locked === '' ? '' : `: ${locked}`
  return new KittyError('ValidationError', `${path} is locked${why}; nothing was removed.`, {
    nextSteps: shownCommand(['git', 'worktree', 'unlock', path]),
    context: { path, locked: locked ?? null },
  })
}

export function inWork({ feature_slug, work_package_id, lane, lane_actor }: WorkPackageState): KittyError {
  const message = `${work_package_id} is in ${lane}: ${lane_actor ?? 'someone'} is working in it; nothing was removed.`
  return new KittyError('StateTransitionError', message, {
    nextSteps: [
      ...shownCommand(
        ['kitty', 'show', packageName(feature_slug, work_package_id)],
        'shows who works on it, and since when',
      ),
      'An owner can overrule.',
    ],
    context: { feature_slug, work_package: work_package_id, current_status: lane, actor: lane_actor },
  })
}

/** What is in a worktree and nowhere else. */
export interface OnlyCopy extends Uncommitted {
  /** Changed files that git was told to take for unchanged. */
  readonly hidden: readonly string[]
  /** There are commits on no branch. */
  readonly loose: boolean
  /** What git has begun there: what is left of it is known only to git's record of the worktree. */
  readonly operation: Operation | undefined
  /** Where git keeps the repositories of its submodules, which go with the worktree. */
  readonly submodules: string | undefined
}

export function holdsTheOnlyCopy(workPackage: string, { path }: GitWorktree, only: OnlyCopy): KittyError {
  const { changes, ignoredFiles, hidden, loose, operation, submodules } = only
  const what = [
    ...(changes.length === 0 ? [] : [`${counted(changes.length, 'uncommitted change')} (${some(changes)})`]),
    ...(ignoredFiles.length === 0
      ? []
      : [`${counted(ignoredFiles.length, 'file')} that git ignores (${some(ignoredFiles)})`]),
    ...(hidden.length === 0
      ? []
      : [
          `changes in ${counted(hidden.length, 'file')} that git was told to take for unchanged (${some(hidden)})`,
        ]),
    ...(loose ? ['commits that are on no branch'] : []),
    ...(submodules === undefined ? [] : ['the repositories of its submodules']),
    ...(operation === undefined ? [] : [`a ${operation} that is under way`]),
  ]
  return new KittyError('ValidationError', `${path} holds ${what.join(', and ')}; nothing was removed.`, {
    nextSteps: [
      ...shownCommand(['git', '-C', path, 'status', '--ignored=matching'], 'shows what is in it'),
      ...(hidden.length === 0
        ? []
        : shownCommand(
            ['git', '-C', path, 'ls-files', '-v'],
            'marks what status leaves out with S (git update-index --no-skip-worktree) or a small letter (--no-assume-unchanged)',
          )),
      'Commit what is worth keeping, then run the command again.',
      'An owner can overrule.',
    ],
    context: {
      work_package: workPackage,
      path,
      uncommitted: changes,
      ignored: ignoredFiles,
      hidden,
      commits_on_no_branch: loose,
      operation: operation ?? null,
      submodules: submodules ?? null,
    },
  })
}

function some(names: readonly string[]): string {
  return names.length > NAMED ? `${names.slice(0, NAMED).join(', ')}, …` : names.join(', ')
}

export function notMoved(error: unknown, path: string, folder: string): unknown {
  const code = systemCode(error)
  if (code === undefined) return error
  return new KittyError(
    'NotWritable',
    `${path} could not be moved to ${folder} (${code}); nothing was removed.`,
    {
      nextSteps: ['copy away what you need, or commit it, then run the command again'],
      context: { path, folder, code },
      cause: error,
    },
  )
}

export function notRemoved(error: GitRefusal, path: string): KittyError {
  return new KittyError('NotWritable', `Git did not remove ${path}: ${error.reason}`, {
    nextSteps: [
      ...shownCommand(['git', 'worktree', 'list']),
      ...shownCommand(['git', 'worktree', 'remove', path]),
    ],
    context: { path, git: error.reason },
    cause: error,
  })
}
