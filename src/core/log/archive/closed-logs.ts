import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { systemCode } from '../../errors/kitty-error.js'

/** Folders that hold what was before a new log was begun. */
export const CLOSED = 'before-'

/** Ids of every log that was closed by beginning a new one: none of their events comes back by itself. */
export function closedIds(privateDir: string): Set<string> {
  const ids = new Set<string>()
  for (const name of foldersIn(privateDir)) {
    try {
      for (const id of readFileSync(join(privateDir, name, 'ids'), 'latin1').split('\n')) ids.add(id)
    } catch (error) {
      // Left by a crash before it was whole: that log was not closed.
      if (systemCode(error) !== 'ENOENT') throw error
    }
  }
  return ids
}

function foldersIn(privateDir: string): string[] {
  try {
    return readdirSync(privateDir).filter((name) => name.startsWith(CLOSED))
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return []
    throw error
  }
}
