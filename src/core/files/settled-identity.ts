import { type BigIntStats, lstatSync } from 'node:fs'
import { systemCode } from '../errors/kitty-error.js'
import { identityOf } from './open-file.js'

/**
 * A file that changed this recently may change again without a trace: on some file systems, two changes within two
 * seconds leave the same times behind.
 */
const SETTLED_AFTER_MS = 2_000

/**
 * Identifies one state of a plain file, as `identityOf` does, so that what was read from it need not be read again.
 * @param now in milliseconds since 1970
 * @returns undefined for anything else, and for a file that has just changed
 */
export function settledIdentity(path: string, now: number): string | undefined {
  try {
    const stats = lstatSync(path, { bigint: true, throwIfNoEntry: false })
    return stats?.isFile() === true && isSettled(stats, now) ? identityOf(stats) : undefined
  } catch (error) {
    // Reading the file says why.
    if (systemCode(error) === undefined) throw error
    return undefined
  }
}

/** Identifies a folder with its names; empty where there is none or it cannot be read. */
export function folderIdentity(folder: string): string {
  try {
    const stats = lstatSync(folder, { bigint: true, throwIfNoEntry: false })
    return stats === undefined ? '' : identityOf(stats)
  } catch (error) {
    if (systemCode(error) === undefined) throw error
    return ''
  }
}

function isSettled({ mtimeMs, ctimeMs }: BigIntStats, now: number): boolean {
  return now - Math.max(Number(mtimeMs), Number(ctimeMs)) > SETTLED_AFTER_MS
}
