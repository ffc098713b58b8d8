import { type Dirent, readdirSync } from 'node:fs'
import { systemCode } from '../errors/kitty-error.js'

/** A folder's entries in no particular order; empty when it is missing or unreadable, which other checks report. */
export function entriesIn(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
  } catch (error) {
    if (systemCode(error) === undefined) throw error
    return []
  }
}
