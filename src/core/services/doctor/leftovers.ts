import { type Dirent } from 'node:fs'
import { join } from 'node:path'
import { isLeftTemporary, isRunning } from '../../files/left-temporaries.js'
import { listInside } from '../../files/work-tree.js'
import { entriesIn } from '../../files/read-optional.js'
import type { Workspace } from '../../workspace/workspace.js'
import { repairable, some, type Verdict, well } from './check.js'
import { setAside } from '../../log/repair/errors-folder.js'
import { repoPath } from '../../platform/paths.js'
import { removeFile } from '../../platform/remove-path.js'

/** A rebuild's unfinished index: `index.db.<pid>-<number>.new`, and SQLite's files next to it. */
const UNFINISHED_INDEX = /^index\.db\.(\d+)(?:-\d+)?\.new(?:-wal|-shm|-journal)?$/
/** Temporary files of what is written with the write lock held alone. */
const OF_LOCK = /(?:^clock\.json|\.jsonl)\.tmp$/

interface Leftover {
  readonly path: string
  /** Built from the log or computed, so it can be deleted. */
  readonly derived: boolean
}

/** Finds temporary files that a crash left before they replaced their targets. */
export function leftovers(workspace: Workspace, now: Date): Verdict {
  const found = find(workspace)
  if (found.length === 0) return well('none')
  const names = some(found.map(({ path }) => repoPath(workspace.root, path)))
  return repairable(
    `${names}: left by a command that was killed while it wrote; what it was about is in the log`,
    'removes what is derived, and moves the rest to .kittify/errors',
    () => {
      // Not what was found above: an earlier repair may have replaced its target by now.
      for (const { path, derived } of find(workspace)) {
        if (derived) removeFile(path)
        else setAside(path, workspace.errorsDir, now)
      }
    },
  )
}

function find({ root, eventsDir, kittyDir, privateDir, specsDir }: Workspace): Leftover[] {
  const features = listInside(root, specsDir).filter((entry) => entry.isDirectory())
  const specs = features.flatMap(({ name }) => [join(specsDir, name), join(specsDir, name, 'tasks')])
  const inside = [eventsDir, kittyDir, specsDir, ...specs].flatMap((dir) =>
    listed(dir, listInside(root, dir)),
  )
  return [...inside, ...listed(privateDir, entriesIn(privateDir))]
}

function listed(dir: string, entries: readonly Dirent[]): Leftover[] {
  return entries
    .filter((entry) => isLeftover(entry.name) && entry.isFile())
    .map(({ name }) => ({
      path: join(dir, name),
      derived: UNFINISHED_INDEX.test(name) || name === 'clock.json.tmp',
    }))
}

function isLeftover(name: string): boolean {
  // An index is built, and a file below kitty-specs or of the clone's own is replaced, without the write lock too.
  const builder = UNFINISHED_INDEX.exec(name)?.[1]
  if (builder !== undefined) return !isRunning(Number(builder))
  return OF_LOCK.test(name) || isLeftTemporary(name)
}
