/**
 * Part of a temporary file's name that no other process has: digits, a hyphen, digits. The process ID comes first, for
 * code that checks whether the process still runs. It is not enough: containers that share a folder each count from 1.
 */
export function ownName(): string {
  return `${process.pid}-${Math.floor(Math.random() * Number.MAX_SAFE_INTEGER)}`
}
