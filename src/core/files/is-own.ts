import { statSync } from 'node:fs'

/** Whether the file or folder belongs to the user of this process; true where the system has no user IDs. */
export function isOwn(path: string): boolean {
  return process.getuid === undefined || statSync(path).uid === process.getuid()
}
