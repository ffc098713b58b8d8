import { lstatSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { KittyError, systemCode } from '../errors/kitty-error.js'
import {
  type Checkout,
  findBareRepository,
  findCheckout,
  isBare,
  mainWorktree,
  primaryCheckout,
} from '../git/checkout.js'
import { isSparse } from '../git/head.js'
import { ensureKittyFolder } from '../git/restore-folder.js'
import type { Workspace } from './workspace.js'
import { realPlace, repoPath } from '../platform/paths.js'
import { sentence, shownCommand, shownVariable } from '../errors/next-step.js'

/**
 * Finds the workspace that `cwd` belongs to: the primary checkout's, or the one that KITTY_ROOT names.
 * @throws KittyError NotAGitRepository; UsageError if KITTY_ROOT is not a folder.
 */
export function findWorkspace(cwd: string, env: Readonly<Record<string, string | undefined>>): Workspace {
  const override = env['KITTY_ROOT']
  if (override !== undefined && override !== '') return workspaceAt(existingFolder(override), cwd)
  const here = findCheckout(cwd)
  if (here === undefined) throw notARepository(cwd)
  const root = primaryCheckout(here)
  if (root === undefined) throw noPrimaryCheckout(here.gitCommonDir)
  const { gitCommonDir } = here
  return layout(root, here, { logGitDir: gitCommonDir, privateDir: join(gitCommonDir, 'kitty') })
}

/**
 * Makes sure that kitty is set up here. If `.kittify` is missing from the work tree, or its settings are (a sparse
 * checkout omits them), writes it as of HEAD. A repository with a journal counts as set up, whatever git has done to the
 * folder since (clean -fdx): the journal's events go back into it.
 * @throws KittyError NotInitialised if `kitty init` has not been run in this repository; also if git fails.
 */
export function requireInitialized(workspace: Workspace): void {
  const { root, kittyDir, journalFile } = workspace
  if (isThere(kittyDir) && !isSparse(workspace)) return
  if (ensureKittyFolder(workspace) || isThere(journalFile)) return
  throw new KittyError('NotInitialised', `kitty is not set up in ${root}: there is no .kittify folder.`, {
    nextSteps: shownCommand(['kitty', 'init']),
    context: { root },
  })
}

/** True inside a repository in which kitty is set up. Decides only what to show, so any failure counts as outside. */
export function isInitialized(cwd: string, env: Readonly<Record<string, string | undefined>>): boolean {
  try {
    const { kittyDir, journalFile } = findWorkspace(cwd, env)
    return isThere(kittyDir) || isThere(journalFile)
  } catch {
    return false
  }
}

function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined
}

function workspaceAt(root: string, cwd: string): Workspace {
  const checkout = findCheckout(root)
  if (checkout === undefined) throw notARepository(root)
  const here = findCheckout(cwd)
  return layout(root, here?.gitCommonDir === checkout.gitCommonDir ? here : checkout, {
    logGitDir: checkout.gitDir,
    privateDir: privateDirOf(root, checkout),
  })
}

/**
 * A second log in one repository needs its own journal: otherwise kitty would put one log's events back into the other.
 */
function privateDirOf(root: string, checkout: Checkout): string {
  if (primaryCheckout(checkout) === root) return join(checkout.gitCommonDir, 'kitty')
  return join(checkout.gitDir, 'kitty-roots', repoPath(checkout.worktree, root), '.kitty')
}

function layout(
  root: string,
  checkout: Checkout,
  { logGitDir, privateDir }: Pick<Workspace, 'logGitDir' | 'privateDir'>,
): Workspace {
  const kittyDir = join(root, '.kittify')
  const eventsDir = join(kittyDir, 'events')
  return Object.freeze({
    root,
    gitCommonDir: checkout.gitCommonDir,
    gitDir: checkout.gitDir,
    logGitDir,
    worktree: checkout.worktree,
    kittyDir,
    eventsDir,
    errorsDir: join(kittyDir, 'errors'),
    clockFile: join(kittyDir, 'clock.json'),
    configFile: join(kittyDir, 'config.json'),
    indexFile: join(eventsDir, 'index.db'),
    specsDir: join(root, 'kitty-specs'),
    worktreesDir: join(root, '.worktrees'),
    privateDir,
    lockFile: join(privateDir, 'lock'),
    journalFile: join(privateDir, 'journal.jsonl'),
    archiveDir: join(privateDir, 'events'),
    tipsDir: join(privateDir, 'tips'),
    writerFile: join(privateDir, 'writer.json'),
    arrivalsFile: join(privateDir, 'arrivals'),
  })
}

function existingFolder(path: string): string {
  if (isFolder(path)) return realPlace(path)
  throw new KittyError('UsageError', `KITTY_ROOT names ${JSON.stringify(path)}, which is not a folder.`, {
    nextSteps: ['unset KITTY_ROOT', 'or set it to the folder that holds .kittify'],
    context: { kitty_root: path },
  })
}

/** False for what no system takes for a path, such as one that is too long or leads in circles. */
function isFolder(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
  } catch (error) {
    const code = systemCode(error)
    if (code !== 'ELOOP' && code !== 'ENAMETOOLONG') throw error
    return false
  }
}

function notARepository(from: string): KittyError {
  const bare = findBareRepository(from)
  if (bare !== undefined) return noPrimaryCheckout(bare)
  return new KittyError('NotAGitRepository', `${from} is not inside a git repository.`, {
    nextSteps: ['cd into a repository', ...shownCommand(['git', 'init'], 'makes one here')],
    context: { cwd: from },
  })
}

function noPrimaryCheckout(gitCommonDir: string): KittyError {
  const worktree = mainWorktree(gitCommonDir)
  const context = { git_common_dir: gitCommonDir, worktree: worktree ?? null }
  // A linked worktree must not be named where there is a checkout with the log: it would get a second one.
  if (!isBare(gitCommonDir))
    return new KittyError(
      'NotAGitRepository',
      `Git does not note where the primary checkout of ${gitCommonDir} is, which keeps the log.`,
      {
        nextSteps: [
          sentence`Set KITTY_ROOT to the checkout whose .git file names ${gitCommonDir}: the same in every shell.`,
        ],
        context,
      },
    )
  return new KittyError(
    'NotAGitRepository',
    `The repository ${gitCommonDir} is bare: it has no primary checkout to keep the log in.`,
    {
      nextSteps:
        worktree === undefined
          ? shownCommand(
              ['git', '-C', gitCommonDir, 'worktree', 'add', '../main'],
              'makes a worktree for the log',
            )
          : shownVariable('KITTY_ROOT', worktree, 'keeps the log in one worktree: the same in every shell'),
      context,
    },
  )
}
