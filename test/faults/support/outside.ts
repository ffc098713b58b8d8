import { createHash } from 'node:crypto'
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'

/** Folders kitty may write in, from a world's own folder (I5). */
const OWN = ['repo/.kittify', 'repo/kitty-specs', 'repo/.worktrees', 'repo/.git', 'tmp']

/** Every path of a world that kitty has no business in, with what is there. */
export function outsideOf(world: string): Map<string, string> {
  const found = new Map<string, string>()
  const walk = (path: string): void => {
    if (OWN.includes(path)) return
    const absolute = join(world, path)
    const stats = lstatSync(absolute)
    if (stats.isDirectory()) {
      found.set(path, 'folder')
      for (const name of readdirSync(absolute)) walk(path === '' ? name : `${path}/${name}`)
    } else if (stats.isSymbolicLink()) found.set(path, `link to ${readlinkSync(absolute)}`)
    else if (stats.isFile()) {
      const hash = createHash('sha256').update(readFileSync(absolute)).digest('hex')
      found.set(path, `${stats.size} bytes, ${stats.mode.toString(8)}, ${stats.mtimeMs}, ${hash}`)
    } else found.set(path, 'something else')
  }
  walk('')
  return found
}
