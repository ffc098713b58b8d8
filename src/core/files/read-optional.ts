import { type Dirent, readdirSync, readFileSync } from 'node:fs'
import { systemCode } from '../errors/kitty-error.js'

/**
 * A file's text; undefined when there is none.
 * @throws the system's error for any other failure
 */
export function readOptional(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined
    throw error
  }
}

/** A folder's entries in no particular order; empty when it is missing or unreadable, which other checks report. */
export function entriesIn(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
  } catch (error) {
    if (systemCode(error) === undefined) throw error
    return []
  }
}
