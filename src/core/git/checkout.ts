import { readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, isAbsolute, join, resolve } from 'node:path'
import { isKittyError, KittyError } from '../errors/kitty-error.js'
import { readOptional } from '../files/read-optional.js'
import { settingsIn } from './config-file.js'
import { shownCommand } from '../errors/next-step.js'
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
  return gitDirIn(parent) === gitCommonDir ? parent : undefined
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
    const path = readOptional(join(admin, 'gitdir'))?.trim()
    if (path === undefined || !isAbsolute(path) || !isFile(path)) return []
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
    nextSteps: [...shownCommand(['git', 'worktree', 'repair']), 'or run the command from the main checkout'],
    context: { path: entry, points_to: target ?? null },
  })
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
  return settingsIn(readOptional(join(gitCommonDir, 'config')) ?? '').get(`core.${name}`)
}

function readCoreConfig(gitCommonDir: string): { worktree: string | undefined; bare: boolean } {
  const settings = settingsIn(readOptional(join(gitCommonDir, 'config')) ?? '')
  const bare = settings.get('core.bare') ?? ''
  return { worktree: settings.get('core.worktree'), bare: /^(true|yes|on|1)$/i.test(bare) }
}
