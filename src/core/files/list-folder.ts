import { type Dirent, readdirSync } from 'node:fs'
import { systemCode } from '../errors/kitty-error.js'

/** A folder's entries in no order; none where it is missing or cannot be read, which other checks report. */
export function entriesIn(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
  } catch (error) {
    if (systemCode(error) === undefined) throw error
    return []
  }
}
