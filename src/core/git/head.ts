import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { systemCode } from '../errors/kitty-error.js'
import { storageError } from '../files/storage-error.js'
import type { Workspace } from '../workspace/workspace.js'
import { askGitText, resolveCommit } from './git.js'
import { onceFree } from '../platform/once-free.js'

type GitFolders = Pick<Workspace, 'logGitDir' | 'gitCommonDir'>

/**
 * Returns a text that changes whenever HEAD of the log's checkout moves to another branch or commit, without a git
 * process. It may change without cause (a packed ref, a reftable), but never stays the same after a move.
 */
export function headState({ logGitDir, gitCommonDir }: GitFolders): string {
  const head = textOf(join(logGitDir, 'HEAD')) ?? 'none'
  const ref = /^ref: (refs\/\S+)/.exec(head)?.[1]
  if (ref === undefined) return head
  const tip = textOf(join(gitCommonDir, ref))
  return tip === undefined ? `${ref} ${packedState(gitCommonDir)}` : `${ref} ${tip}`
}

/**
 * Returns a text that changes whenever `headState` does, or a local branch is created, deleted or moved. As cheap and
 * as conservative.
 */
export function branchesState(folders: GitFolders): string {
  const { gitCommonDir } = folders
  // Git writes a branch by renaming a file, which changes the mtime of its folder.
  const ofBranches = foldersBelow(join(gitCommonDir, 'refs', 'heads')).map(stateOf)
  return [headState(folders), packedState(gitCommonDir), ...ofBranches].join(' ')
}

/** Returns a text that changes whenever git has replaced the index of the log's checkout. */
export function gitIndexState({ logGitDir }: Pick<Workspace, 'logGitDir'>): string {
  return stateOf(join(logGitDir, 'index'))
}

/** Whether the log's checkout has a merge waiting to be committed. */
export function isMergeWaiting({ logGitDir }: Pick<Workspace, 'logGitDir'>): boolean {
  return stateOf(join(logGitDir, 'MERGE_HEAD')) !== '-'
}

/** Whether the log's checkout is or has been sparse (git-sparse-checkout(1)): git may then omit files that HEAD has. */
export function isSparse({ logGitDir }: Pick<Workspace, 'logGitDir'>): boolean {
  return stateOf(join(logGitDir, 'info', 'sparse-checkout')) !== '-'
}

/** Covers the branches that are not files of their own: those in packed refs or in a reftable. */
function packedState(gitCommonDir: string): string {
  return ['packed-refs', 'reftable/tables.list'].map((name) => stateOf(join(gitCommonDir, name))).join(' ')
}

function foldersBelow(folder: string): string[] {
  try {
    const below = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory())
    return [folder, ...below.flatMap(({ name }) => foldersBelow(join(folder, name)))]
  } catch (error) {
    // Removed in the meantime, or never there: all branches are packed or in a reftable.
    const code = systemCode(error)
    if (code === 'ENOENT' || code === 'ENOTDIR') return []
    throw storageError(error, folder, 'not readable')
  }
}

function textOf(path: string): string | undefined {
  try {
    return onceFree(() => readFileSync(path, 'utf8'))
      .trim()
      .slice(0, 1024)
  } catch (error) {
    const code = systemCode(error)
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EISDIR') return undefined
    throw storageError(error, path, 'not readable')
  }
}

function stateOf(path: string): string {
  const stats = statSync(path, { throwIfNoEntry: false, bigint: true })
  return stats === undefined ? '-' : `${stats.ino}:${stats.mtimeNs}:${stats.size}`
}

/** The repository's first commits, sorted: the same in every clone but a shallow one. Empty before the first commit. */
export function rootCommits(root: string): string[] {
  if (resolveCommit(root, 'HEAD') === undefined) return []
  return (askGitText(root, ['rev-list', '--max-parents=0', 'HEAD']) ?? '').split('\n').filter(Boolean).sort()
}

export function isShallow(root: string): boolean {
  return askGitText(root, ['rev-parse', '--is-shallow-repository'])?.trim() === 'true'
}
