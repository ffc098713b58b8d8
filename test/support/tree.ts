import { createHash } from 'node:crypto'
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'

/** Git's own files, which git rewrites even when it only reads. */
const GIT_OWN = /^\.git(\/(?!kitty\/)|$)/

/**
 * Every file below `root` with its content, for comparison before and after: path → mode and content. Includes kitty's
 * private folder in the git directory, but not the rest of the git directory.
 */
export function treeOf(root: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  const visit = (folder: string): void => {
    for (const name of readdirSync(join(root, folder))) {
      const path = folder === '' ? name : `${folder}/${name}`
      const stats = lstatSync(join(root, path))
      if (stats.isDirectory()) visit(path)
      if (!GIT_OWN.test(path)) found.set(path, describe(join(root, path), stats))
    }
  }
  visit('')
  return found
}

function describe(path: string, stats: ReturnType<typeof lstatSync>): string {
  if (stats === undefined) return 'gone'
  if (stats.isSymbolicLink()) return `link to ${readlinkSync(path)}`
  if (!stats.isFile()) return stats.isDirectory() ? 'folder' : 'special'
  if ((Number(stats.mode) & 0o400) === 0) return `${stats.mode} unreadable`
  return `${stats.mode} ${createHash('sha256').update(readFileSync(path)).digest('hex')}`
}

/** What a read may leave: error records, the index, the clock, locks, and private notes of what it has looked at. */
const DERIVED =
  /^(\.kittify\/(errors(\/|$)|events\/index\.db|clock\.json$)|\.git\/kitty(\/(lock|index-|reflogs-seen|uncommitted|synced|tips|ended-tails|looks|sqlite-notice)|$))/

/** The paths that differ, except derived files and error records. */
export function changedPaths(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): string[] {
  const all = new Set([...before.keys(), ...after.keys()])
  return [...all].filter((path) => before.get(path) !== after.get(path) && !DERIVED.test(path)).sort()
}
