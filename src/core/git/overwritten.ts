import type { BigIntStats } from 'node:fs'
import { join } from 'node:path'
import { statsIfThere } from '../files/stats-if-there.js'
import { isSameFile } from '../platform/open-regular.js'
import { askGitFields } from './git.js'

/**
 * What a merge would overwrite in the checkout although no commit has it: git refuses to write over untracked files, but not
 * over ignored ones (git-merge(1), `--overwrite-ignore`).
 * @param touched files of the base that the merge changes, from the repository's top
 * @param added of these, the ones that the base does not have; the index is as the base
 * @returns paths from the top
 */
export function overwrittenBy(
  checkout: string,
  { touched, added }: { readonly touched: readonly string[]; readonly added: readonly string[] },
): string[] {
  const at = (path: string): BigIntStats | undefined => statsIfThere(join(checkout, path))
  const fresh = new Set(added)
  const tracked = touched.filter((path) => !fresh.has(path))
  const known = new Set(tracked)
  const byFold = new Map(tracked.map((path) => [folded(path), path]))
  const isThere = (path: string): boolean => {
    const stats = at(path)
    if (stats === undefined) return false
    // A folder that the merge replaces by a file goes with all that is in it.
    if (stats.isDirectory()) return hasUntracked(checkout, path)
    // Where letter case does not count, a renamed file is there under its new name, too.
    const other = byFold.get(folded(path))
    const before = other === undefined ? undefined : at(other)
    return before === undefined || !isSameFile(stats, before)
  }
  const isFileInTheWay = (folder: string): boolean =>
    !known.has(folder) && at(folder)?.isDirectory() === false
  const folders = new Set(added.flatMap(foldersAbove))
  return [...[...folders].filter(isFileInTheWay), ...added.filter(isThere)]
}

function foldersAbove(path: string): string[] {
  const parts = path.split('/').slice(0, -1)
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'))
}

function hasUntracked(checkout: string, folder: string): boolean {
  return askGitFields(checkout, ['ls-files', '--others', '-z', '--', `:(top,literal)${folder}/`]).length > 0
}

function folded(path: string): string {
  return path.normalize('NFC').toLowerCase()
}
