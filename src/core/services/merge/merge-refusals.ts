import { KittyError } from '../../errors/kitty-error.js'
import { type NextStep, sentence, shownCommand } from '../../errors/next-step.js'
import type { WorkflowTable, WorkPackageState } from '../../events-lib.js'
import type { GitRefusal } from '../../git/git.js'
import { BEFORE_MERGE } from '../../git/hooks.js'
import type { Operation } from '../../git/under-way.js'
import type { GitWorktree } from '../../git/worktrees.js'
import { refusedByGit } from '../refused-commit.js'

type Package = Pick<WorkPackageState, 'feature_slug' | 'work_package_id'>

/** How many files a message names. */
const NAMED = 5

/** @param revision the branch as git takes it, also where a tag has its name */
export function byForge(
  state: Package,
  { branch, revision }: { branch: string; revision: string },
  folder: string,
): KittyError {
  return refused(state, `${branch} is merged on the forge, as config.json says ("merge": {"by": "forge"}).`, {
    nextSteps: [
      ...shownCommand(['git', '-C', folder, 'push', '--set-upstream', 'origin', revision]),
      ...shownCommand(['kitty', 'done', nameOf(state)], 'when it is merged there and fetched here'),
    ],
    context: { branch },
  })
}

/** What the forge merges and is done has nothing left here but, perhaps, its worktree. */
export function doneByForge(state: Package, branch: string, hasWorktree: boolean): KittyError {
  const name = nameOf(state)
  return refused(state, `${name} is done, and the forge merges ${branch}: there is nothing to merge here.`, {
    nextSteps: shownCommand(
      hasWorktree ? ['kitty', 'agent', 'workspaces', 'remove', name] : ['kitty', 'show', name],
    ),
    context: { branch },
  })
}

export function noBranch(state: Package, branch: string): KittyError {
  return refused(state, `${nameOf(state)} has no branch ${branch} here to merge.`, {
    nextSteps: [
      ...shownCommand(['kitty', 'done', nameOf(state)], 'if it needs none'),
      ...shownCommand(
        ['git', 'fetch', 'origin', `refs/heads/${branch}:refs/heads/${branch}`],
        'if it is elsewhere',
      ),
    ],
    context: { branch },
  })
}

export function noBase(state: Package, base: string | null): KittyError {
  const what = base === null ? 'was begun on no branch' : `was begun on ${base}, which is not a branch here`
  return refused(state, `${nameOf(state)} ${what}, so kitty does not know where to merge it.`, {
    nextSteps: [
      'Merge it with git merge --no-ff in the checkout of the branch it belongs to.',
      ...shownCommand(['kitty', 'done', nameOf(state)], 'then'),
    ],
    context: { base },
  })
}

export function noCheckout(state: Package, base: string, root: string): KittyError {
  return refused(state, `No checkout has ${base}, into which ${nameOf(state)} goes; nothing was merged.`, {
    nextSteps: [
      ...shownCommand(['git', '-C', root, 'switch', base]),
      ...shownCommand(['kitty', 'merge', nameOf(state)], 'then'),
    ],
    context: { base },
  })
}

export function openConflicts(state: WorkPackageState): KittyError {
  const registers = state.conflicts.map(({ register }) => register).join(', ')
  return refused(state, `${nameOf(state)} has an open conflict (${registers}); nothing was merged.`, {
    nextSteps: shownCommand(['kitty', 'conflicts', '--feature', state.feature_slug]),
    context: { conflicts: state.conflicts },
  })
}

export function notCommitted(state: Package, path: string, changes: readonly string[]): KittyError {
  return refused(state, `${path} has changes that are not committed: ${some(changes)}. Nothing was merged.`, {
    nextSteps: [
      ...shownCommand(['git', '-C', path, 'status'], 'look'),
      'Commit them on the branch, or take them away, and run the command again.',
    ],
    context: { path, uncommitted: changes },
  })
}

export function busy(checkout: string, operation: Operation): KittyError {
  return new KittyError(
    'ValidationError',
    `A ${operation} is under way in ${checkout}; nothing was merged.`,
    {
      nextSteps: shownCommand(['git', '-C', checkout, 'status'], 'finish it'),
      context: { checkout, operation },
    },
  )
}

/** @param revision the branch as git takes it, also where a tag has its name */
export function oldGit(
  state: Package,
  version: string,
  checkout: string,
  { branch, revision }: { branch: string; revision: string },
): KittyError {
  return refused(state, `Git ${version} cannot try a merge beforehand; 2.38 can. Nothing was merged.`, {
    nextSteps: [
      ...shownCommand(['git', '-C', checkout, 'merge', '--no-ff', revision], 'merge it yourself'),
      ...shownCommand(['kitty', 'merge', nameOf(state)], 'for the rest'),
    ],
    context: { git: version, checkout, branch },
  })
}

export function conflicting(
  state: Package,
  {
    branch,
    base,
    baseRevision,
    worktree,
  }: { branch: string; base: string; baseRevision: string; worktree: GitWorktree | undefined },
  files: readonly string[],
): KittyError {
  const merge =
    worktree === undefined ? ['git', 'switch', branch] : ['git', '-C', worktree.path, 'merge', baseRevision]
  return refused(state, `${branch} conflicts with ${base} in ${some(files)}; nothing was merged.`, {
    nextSteps: [
      ...shownCommand(merge, 'settle it on the branch'),
      ...shownCommand(['kitty', 'merge', nameOf(state)], 'then'),
    ],
    context: { branch, base, conflicts: files },
  })
}

export function dirty(checkout: string, files: readonly string[], how: 'staged' | 'changed'): KittyError {
  const isBoard = files.every((file) => /(?:^|\/)(?:\.kittify|kitty-specs)\//.test(file))
  const message =
    how === 'staged'
      ? `${checkout} has staged changes (${some(files)}), with which git merges nothing.`
      : `${checkout} has changes in files that the merge touches (${some(files)}).`
  return new KittyError('ValidationError', `${message} Nothing was merged.`, {
    nextSteps: [
      ...(isBoard && how === 'changed'
        ? shownCommand(['kitty', 'commit'])
        : shownCommand(['git', '-C', checkout, 'status'], 'look')),
      'Commit or stash them and run the command again.',
    ],
    context: { checkout, files },
  })
}

export function overwritten(checkout: string, files: readonly string[]): KittyError {
  const message = `${checkout} has files that git ignores where the merge adds some (${some(files)}): it would overwrite them.`
  return new KittyError('ValidationError', `${message} Nothing was merged.`, {
    nextSteps: [
      ...shownCommand(['git', '-C', checkout, 'status', '--ignored'], 'look'),
      'Move them away, or take them off the branch, and run the command again.',
    ],
    context: { checkout, files },
  })
}

export function notMerged(error: GitRefusal, branch: string, checkout: string): KittyError {
  return refusedByGit(
    error,
    `Git did not merge ${branch}`,
    { folder: checkout, hooks: BEFORE_MERGE },
    { branch },
  )
}

export function notInBase(state: WorkPackageState, branch: string, base: string): KittyError {
  return refused(
    state,
    `${branch} has commits that are not in ${base}: it changed while it was merged. ${nameOf(state)} stays in ${state.lane}.`,
    {
      nextSteps: shownCommand(['kitty', 'merge', nameOf(state)], 'merges the rest'),
      context: { branch, base },
    },
  )
}

export function noDoneLane({ name, lanes }: WorkflowTable): KittyError {
  return new KittyError('UsageError', `The ${name} workflow has no lane for done work.`, {
    nextSteps: [sentence`Lanes: ${lanes}`],
    context: { lanes },
  })
}

function refused(
  { feature_slug, work_package_id }: Package,
  message: string,
  {
    nextSteps,
    context,
  }: { nextSteps: readonly (string | NextStep)[]; context: Readonly<Record<string, unknown>> },
): KittyError {
  return new KittyError('ValidationError', message, {
    nextSteps,
    context: { feature_slug, work_package: work_package_id, ...context },
  })
}

function nameOf({ feature_slug, work_package_id }: Package): string {
  return `${feature_slug}/${work_package_id}`
}

function some(names: readonly string[]): string {
  return names.length > NAMED ? `${names.slice(0, NAMED).join(', ')}, …` : names.join(', ')
}
