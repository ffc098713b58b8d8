import { createHash } from 'node:crypto'
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { join, relative } from 'node:path'

/** Every file below a folder with its content, for comparison; includes `.git`, its index and its refs. */
export function snapshot(
  root: string,
  ignored: (path: string) => boolean = () => false,
): Record<string, string> {
  const found: Record<string, string> = {}
  const walk = (folder: string): void => {
    for (const name of readdirSync(folder).sort()) {
      const path = join(folder, name)
      const short = relative(root, path)
      if (ignored(short)) continue
      const stats = lstatSync(path)
      if (stats.isDirectory()) walk(path)
      else found[short] = stats.isSymbolicLink() ? readlinkSync(path) : digest(readFileSync(path))
    }
  }
  walk(root)
  return found
}

/** True for derived files and for the record of the lock's holder: both may change when a board is displayed. */
export function isDerived(path: string): boolean {
  return (
    path.startsWith('.kittify/events/index.db') ||
    path.startsWith('.git/kitty/') ||
    path === '.kittify/clock.json'
  )
}

function digest(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('base64')
}
