/**
 * Part of a temporary file's name that no other process has: digits, a hyphen, digits. The process ID comes first, for who
 * looks whether the process is still running, and is not enough: containers that share a folder count from 1 each.
 */
export function ownName(): string {
  return `${process.pid}-${Math.floor(Math.random() * Number.MAX_SAFE_INTEGER)}`
}
