import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { systemCode } from '../errors/kitty-error.js'
import type { Workspace } from '../workspace/workspace.js'

type GitFolders = Pick<Workspace, 'logGitDir' | 'gitCommonDir'>

/**
 * A text that changes whenever HEAD of the log's checkout comes to stand on another branch or commit, told without a git
 * process. It may change without reason (a packed ref, a ref table), never stay the same without.
 */
export function headState({ logGitDir, gitCommonDir }: GitFolders): string {
  const head = textOf(join(logGitDir, 'HEAD')) ?? 'none'
  const ref = /^ref: (refs\/\S+)/.exec(head)?.[1]
  if (ref === undefined) return head
  const tip = textOf(join(gitCommonDir, ref))
  return tip === undefined ? `${ref} ${packedState(gitCommonDir)}` : `${ref} ${tip}`
}

/** A text that changes whenever `headState` does, or a local branch comes, goes or moves. As cheap, and as careful. */
export function branchesState(folders: GitFolders): string {
  const { gitCommonDir } = folders
  // Git writes a branch by renaming a file, which its folder's time tells.
  const ofBranches = foldersBelow(join(gitCommonDir, 'refs', 'heads')).map(stateOf)
  return [headState(folders), packedState(gitCommonDir), ...ofBranches].join(' ')
}

/** Whether a merge in the log's checkout waits for its commit. */
export function isMergeWaiting({ logGitDir }: Pick<Workspace, 'logGitDir'>): boolean {
  return stateOf(join(logGitDir, 'MERGE_HEAD')) !== '-'
}

/** Whether the log's checkout is sparse, or has been (git-sparse-checkout(1)): git then may leave out what HEAD has. */
export function isSparse({ logGitDir }: Pick<Workspace, 'logGitDir'>): boolean {
  return stateOf(join(logGitDir, 'info', 'sparse-checkout')) !== '-'
}

/** Of the branches that are no files of their own: packed together with others, or in a table. */
function packedState(gitCommonDir: string): string {
  return ['packed-refs', 'reftable/tables.list'].map((name) => stateOf(join(gitCommonDir, name))).join(' ')
}

function foldersBelow(folder: string): string[] {
  try {
    const below = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory())
    return [folder, ...below.flatMap(({ name }) => foldersBelow(join(folder, name)))]
  } catch (error) {
    // Gone meanwhile, or never there: all branches packed, or in a table.
    if (systemCode(error) === undefined) throw error
    return []
  }
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim().slice(0, 1024)
  } catch (error) {
    const code = systemCode(error)
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EISDIR') return undefined
    throw error
  }
}

function stateOf(path: string): string {
  const stats = statSync(path, { throwIfNoEntry: false, bigint: true })
  return stats === undefined ? '-' : `${stats.ino}:${stats.mtimeNs}:${stats.size}`
}
