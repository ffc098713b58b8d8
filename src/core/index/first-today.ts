import { writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { readOptional } from '../files/read-optional.js'
import { makeFolder } from '../git/shared-folder.js'

/** True on the first call with this mark on a UTC day, and always when the mark cannot be stored. */
export function isFirstToday(mark: string, now: Date): boolean {
  const today = now.toISOString().slice(0, 10)
  try {
    if (readOptional(mark) === today) return false
    makeFolder(dirname(mark))
    writeFileSync(mark, today)
  } catch {
    // We cannot read or write the git directory: repeating a message does no harm.
  }
  return true
}
