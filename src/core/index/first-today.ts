import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { readOptional } from '../files/read-optional.js'

/** True at the first call with this mark on a day (UTC), and always where the mark cannot be kept. */
export function isFirstToday(mark: string, now: Date): boolean {
  const today = now.toISOString().slice(0, 10)
  try {
    if (readOptional(mark) === today) return false
    mkdirSync(dirname(mark), { recursive: true })
    writeFileSync(mark, today)
  } catch {
    // A git directory that cannot be read or written: saying something twice is no harm.
  }
  return true
}
