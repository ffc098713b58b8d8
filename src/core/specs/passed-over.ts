/** Files below `tasks/` that look like work packages to a person but are not read as such. */
import { join } from 'node:path'
import { listInside } from '../files/work-tree.js'
import type { Skipped } from './features.js'
import { splitFrontMatter } from './front-matter.js'
import { readSpecFile } from './read-spec-file.js'
import { workPackageIdOfFile } from './work-package-id.js'

/** How many folders deep to look below `tasks/`. Anything deeper is probably an archive. */
const DEPTH_LIMIT = 8
/** Matches `wp01…`, `WP-01…`, `WP_1…` and `WP–01…`, whatever follows. */
const LOOKS_LIKE_ONE = /^wp[-_–]?\d/i
const PROSE = /\.(?:md|mdx|markdown|txt)$/i

/** Lists these files by path, each with the reason for skipping it. @param root an absolute folder above `tasksDir` */
export function passedOver(root: string, tasksDir: string): Skipped[] {
  return [...below(root, tasksDir, 0)]
}

function* below(root: string, dir: string, depth: number): Generator<Skipped> {
  const entries = listInside(root, dir).sort((a, b) => (a.name < b.name ? -1 : 1))
  for (const entry of entries) {
    const path = join(dir, entry.name)
    if (entry.isDirectory()) {
      if (depth < DEPTH_LIMIT && !entry.name.startsWith('.')) yield* below(root, path, depth + 1)
      continue
    }
    const named = workPackageIdOfFile(entry.name) !== undefined
    if (named && depth === 0) continue
    if (named) yield { file: path, reason: 'it is not directly in tasks/: move it there' }
    else if (LOOKS_LIKE_ONE.test(entry.name))
      yield { file: path, reason: 'its name is no work package’s: rename it, as in WP01-title.md' }
    else if (entry.isFile() && PROSE.test(entry.name) && statesId(root, path))
      yield { file: path, reason: 'it states a work_package_id: rename it, as in WP01-title.md' }
  }
}

function statesId(root: string, path: string): boolean {
  const file = readSpecFile(root, path)
  if (!file.ok) return false
  const block = splitFrontMatter(file.bytes)
  if (block.kind !== 'found') return false
  return /^["']?work_package_id["']?[ \t]*:/m.test(file.bytes.toString('latin1', block.start, block.end))
}
