import { readFileSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { KittyError } from '../errors/kitty-error.js'
import { readOptional } from '../files/read-optional.js'

/** A checkout and git's directories behind it. All paths absolute. */
export interface Checkout {
  readonly worktree: string
  readonly gitDir: string
  readonly gitCommonDir: string
}

/**
 * The checkout that `from` lies in, by walking up as git does (gitrepository-layout(5)), without a git process.
 * A submodule is a checkout of its own.
 * @throws KittyError NotAGitRepository when a `.git` file leads nowhere.
 */
export function findCheckout(from: string): Checkout | undefined {
  for (let folder = resolve(from); ; folder = dirname(folder)) {
    const gitDir = gitDirIn(folder)
    if (gitDir !== undefined) return { worktree: folder, gitDir, gitCommonDir: commonDirOf(gitDir) }
    if (dirname(folder) === folder) return undefined
  }
}

/** The primary checkout of a repository: where the shared log lives. Undefined when it has none (bare). */
export function primaryCheckout(checkout: Checkout): string | undefined {
  const { gitDir, gitCommonDir } = checkout
  const core = readCoreConfig(gitCommonDir)
  if (core.worktree !== undefined) return resolve(gitCommonDir, core.worktree)
  if (core.bare) return undefined
  if (gitDir === gitCommonDir) return checkout.worktree
  const beside = dirname(gitCommonDir)
  return gitDirIn(beside) === gitCommonDir ? beside : undefined
}

function gitDirIn(folder: string): string | undefined {
  const entry = join(folder, '.git')
  const kind = statSync(entry, { throwIfNoEntry: false })
  // Git itself walks past a `.git` folder without HEAD: leftovers are no repository.
  if (kind?.isDirectory()) return isGitDirectory(entry) ? entry : undefined
  if (!kind?.isFile()) return undefined
  const target = /^gitdir: (.+?)[\r\n]*$/.exec(readFileSync(entry, 'utf8').slice(0, 8192))?.[1]
  const gitDir = target === undefined ? undefined : resolve(folder, target)
  if (gitDir !== undefined && isGitDirectory(gitDir)) return gitDir
  throw new KittyError('NotAGitRepository', `${entry} points to a git directory that is not there`, {
    nextSteps: ['git worktree repair', 'or run the command from the main checkout'],
    context: { path: entry, points_to: target ?? null },
  })
}

function isGitDirectory(path: string): boolean {
  return statSync(join(path, 'HEAD'), { throwIfNoEntry: false })?.isFile() === true
}

function commonDirOf(gitDir: string): string {
  const common = readOptional(join(gitDir, 'commondir'))?.trim()
  return common === undefined || common === '' ? gitDir : resolve(gitDir, common)
}

function readCoreConfig(gitCommonDir: string): { worktree?: string; bare: boolean } {
  const text = readOptional(join(gitCommonDir, 'config')) ?? ''
  const core: { worktree?: string; bare: boolean } = { bare: false }
  let inCore = false
  for (const line of text.split('\n')) {
    const section = /^\s*\[([^\]]*)\]/.exec(line)?.[1]
    if (section !== undefined) inCore = section.trim().toLowerCase() === 'core'
    const setting = inCore ? /^\s*(worktree|bare)\s*=\s*(.*)$/i.exec(line) : null
    const value = setting?.[2]?.trim().replace(/^"(.*)"$/, '$1')
    if (value === undefined) continue
    if (setting?.[1]?.toLowerCase() === 'worktree') core.worktree = value
    else core.bare = /^(true|yes|on|1)$/i.test(value)
  }
  return core
}
