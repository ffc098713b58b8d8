import { type BigIntStats, lstatSync } from 'node:fs'
import { systemCode } from '../errors/kitty-error.js'

/**
 * What is at a path, links not followed; undefined if nothing is, also below a plain file.
 * @throws the system's error for any other failure
 */
export function statsIfThere(path: string): BigIntStats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false, bigint: true })
  } catch (error) {
    if (systemCode(error) === 'ENOTDIR') return undefined
    throw error
  }
}
