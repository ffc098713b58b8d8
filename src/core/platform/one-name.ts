import { existsSync, readdirSync } from 'node:fs'
import { parse } from 'node:path'
import { systemCode } from '../errors/kitty-error.js'

/**
 * Whether the disk has one entry for two paths that differ only in letter case or Unicode form. We read the folder's
 * list, since some file systems (exFAT through FUSE) give one folder another inode by each spelling.
 * @param one absolute, as is `other` @returns false where it cannot be found out
 */
export function isOneName(one: string, other: string): boolean {
  if (one === other) return true
  const [first, second] = [parse(one), parse(other)]
  if (folded(first.base) !== folded(second.base) || first.base === '' || second.base === '') return false
  if (!isOneName(first.dir, second.dir)) return false
  if (first.base === second.base) return true
  if (!existsSync(one) || !existsSync(other)) return false
  const listed = listOf(first.dir)
  return listed !== undefined && !(listed.has(first.base) && listed.has(second.base))
}

function folded(name: string): string {
  return name.normalize('NFC').toLowerCase()
}

function listOf(folder: string): ReadonlySet<string> | undefined {
  try {
    return new Set(readdirSync(folder))
  } catch (error) {
    if (systemCode(error) === undefined) throw error
    return undefined
  }
}
