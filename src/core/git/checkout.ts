import { readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { isKittyError, KittyError } from '../errors/kitty-error.js'
import { readOptional } from '../files/read-optional.js'
import { settingsIn } from './config-file.js'
import { type NextStep, shownCommand } from '../errors/next-step.js'
import { isSamePlace } from '../platform/paths.js'
import { onceFree } from '../platform/once-free.js'

/** A checkout and the git directories behind it. All paths are absolute. */
export interface Checkout {
  readonly worktree: string
  readonly gitDir: string
  readonly gitCommonDir: string
}

/**
 * Finds the checkout that contains `from` by walking up as git does (gitrepository-layout(5)), without a git process. A
 * submodule is a checkout of its own.
 * @throws KittyError NotAGitRepository if a `.git` file points to a missing directory.
 */
export function findCheckout(from: string): Checkout | undefined {
  for (let folder = resolve(from); ; folder = dirname(folder)) {
    const gitDir = gitDirIn(folder)
    if (gitDir !== undefined) return { worktree: folder, gitDir, gitCommonDir: commonDirOf(gitDir) }
    if (dirname(folder) === folder) return undefined
  }
}

/** Returns the repository's primary checkout, which holds the shared log. Undefined if there is none (bare). */
export function primaryCheckout(checkout: Checkout): string | undefined {
  const { gitDir, gitCommonDir } = checkout
  const core = readCoreConfig(gitCommonDir)
  if (core.worktree !== undefined) return resolve(gitCommonDir, core.worktree)
  if (core.bare) return undefined
  if (gitDir === gitCommonDir) return checkout.worktree
  const parent = dirname(gitCommonDir)
  return gitDirIn(parent) === gitCommonDir ? parent : checkoutAround(checkout)
}

/**
 * Git does not note where the checkout of a git directory kept elsewhere is (git-init(1), `--separate-git-dir`), but its
 * `.git` names that directory, and kitty makes worktrees inside of it.
 */
function checkoutAround({ worktree, gitCommonDir }: Checkout): string | undefined {
  for (let folder = dirname(worktree); dirname(folder) !== folder; folder = dirname(folder))
    if (isCheckoutOf(gitCommonDir, folder)) return folder
  return undefined
}

/** A `.git` that points nowhere belongs to another repository, and is git's to report there. */
function isCheckoutOf(gitCommonDir: string, folder: string): boolean {
  try {
    const gitDir = gitDirIn(folder)
    // `.git` may be a link to the directory.
    return gitDir !== undefined && isSamePlace(gitDir, gitCommonDir)
  } catch (error) {
    if (!isKittyError(error)) throw error
    return false
  }
}

/** False only if git says that the repository has a checkout of its own: git-init(1) and git-clone(1) always note it. */
export function isBare(gitCommonDir: string): boolean {
  return isOn(ownSetting(gitCommonDir)('core.bare') ?? 'true')
}

/** Returns the work tree that contains a folder, and the primary checkout it belongs to: no program of theirs is run. */
export function workTreesAround(folder: string): string[] {
  try {
    const checkout = findCheckout(folder)
    return checkout === undefined ? [] : [checkout.worktree, primaryCheckout(checkout) ?? checkout.worktree]
  } catch (error) {
    // Its `.git` points nowhere: git itself reports that next.
    if (!isKittyError(error)) throw error
    return [folder]
  }
}

/** Finds the bare repository whose folder contains `from`. */
export function findBareRepository(from: string): string | undefined {
  for (let folder = resolve(from); ; folder = dirname(folder)) {
    const parts = ['objects', 'refs'].map((name) => statSync(join(folder, name), { throwIfNoEntry: false }))
    if (isGitDirectory(folder) && parts.every((part) => part?.isDirectory())) return folder
    if (dirname(folder) === folder) return undefined
  }
}

/**
 * Returns the worktree in which a repository without a primary checkout keeps its log: the one on the branch of the
 * repository's HEAD, otherwise the first by name. The answer does not depend on the caller's location. Undefined if
 * there is no worktree.
 */
export function mainWorktree(gitCommonDir: string): string | undefined {
  const worktrees = namesIn(join(gitCommonDir, 'worktrees')).flatMap((name) => {
    const admin = join(gitCommonDir, 'worktrees', name)
    const place = readOptional(join(admin, 'gitdir'))?.trim()
    // Relative to the record with worktree.useRelativePaths.
    const path = resolve(admin, place ?? '')
    if (place === undefined || !isFile(path)) return []
    return [{ path: dirname(path), head: readOptional(join(admin, 'HEAD')) }]
  })
  const head = readOptional(join(gitCommonDir, 'HEAD'))
  return (worktrees.find((one) => one.head === head) ?? worktrees[0])?.path
}

function namesIn(folder: string): string[] {
  return statSync(folder, { throwIfNoEntry: false })?.isDirectory() ? readdirSync(folder).sort() : []
}

function gitDirIn(folder: string): string | undefined {
  const entry = join(folder, '.git')
  const kind = statSync(entry, { throwIfNoEntry: false })
  // Git itself walks past a `.git` folder without HEAD: leftovers are not a repository.
  if (kind?.isDirectory()) return isGitDirectory(entry) ? entry : undefined
  if (!kind?.isFile()) return undefined
  // A line break may be part of the path.
  const target = /^gitdir: ([^]*[^\r\n])/.exec(
    onceFree(() => readFileSync(entry, 'utf8')).slice(0, 8192),
  )?.[1]
  const gitDir = target === undefined ? undefined : resolve(folder, target)
  if (gitDir !== undefined && isGitDirectory(gitDir)) return gitDir
  throw new KittyError('NotAGitRepository', `${entry} points to a git directory that is not there.`, {
    nextSteps: [...repairOf(folder, gitDir), 'or run the command from the main checkout'],
    context: { path: entry, points_to: target ?? null },
  })
}

/**
 * Git does not run in such a folder: the checkout that it belongs to has to repair it, most often the one around it.
 * @param gitDir git's directory of a worktree, or anything else
 */
function repairOf(folder: string, gitDir: string | undefined): NextStep[] {
  if (gitDir === undefined || basename(dirname(gitDir)) !== 'worktrees') return []
  for (let around = dirname(folder); dirname(around) !== around; around = dirname(around))
    if (isGitDirectory(join(around, '.git')))
      return shownCommand(
        ['git', '-C', around, 'worktree', 'repair', folder],
        'if it was moved with the repository',
      )
  return shownCommand(['git', 'worktree', 'repair', folder], 'in the main checkout')
}

/** True for a folder whose `.git` file points nowhere: a worktree that was moved with its repository, or outlived it. */
export function isLost(folder: string): boolean {
  try {
    gitDirIn(folder)
    return false
  } catch (error) {
    if (!isKittyError(error)) throw error
    return true
  }
}

function isGitDirectory(path: string): boolean {
  return isFile(join(path, 'HEAD'))
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true
}

function commonDirOf(gitDir: string): string {
  const common = readOptional(join(gitDir, 'commondir'))?.trim()
  return common === undefined || common === '' ? gitDir : resolve(gitDir, common)
}

/** Returns one setting of the `core` section in the repository's own configuration. @param name in lowercase */
export function coreSetting(gitCommonDir: string, name: string): string | undefined {
  return ownSetting(gitCommonDir)(`core.${name}`)
}

function readCoreConfig(gitCommonDir: string): { worktree: string | undefined; bare: boolean } {
  const setting = ownSetting(gitCommonDir)
  return { worktree: setting('core.worktree'), bare: isOn(setting('core.bare')) }
}

/**
 * The settings of the repository's own configuration, as the primary checkout has them. Where worktrees have settings of
 * their own, git moves `core.bare` and `core.worktree` to the primary checkout's: git-worktree(1), "Configuration file",
 * and every `git sparse-checkout set` in a linked worktree.
 */
function ownSetting(gitCommonDir: string): (name: string) => string | undefined {
  const shared = settingsIn(readOptional(join(gitCommonDir, 'config')) ?? '')
  if (!isOn(shared.get('extensions.worktreeconfig'))) return (name) => shared.get(name)
  const own = settingsIn(readOptional(join(gitCommonDir, 'config.worktree')) ?? '')
  return (name) => own.get(name) ?? shared.get(name)
}

function isOn(value: string | undefined): boolean {
  return /^(true|yes|on|1)$/i.test(value ?? '')
}
