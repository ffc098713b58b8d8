import { lstatSync, readdirSync, rmSync } from 'node:fs'
import { join, relative } from 'node:path'
import type { Workspace } from '../../workspace/workspace.js'
import { repairable, some, type Verdict, well } from './check.js'
import { setAside } from './set-aside.js'

/** A rebuild's unfinished index: `index.db.<pid>.new`, and what SQLite keeps beside it. */
const UNFINISHED_INDEX = /^index\.db\.(\d+)\.new(?:-wal|-shm|-journal)?$/
/** What a file is written to before it takes its place; `write-file.ts` begins its names with a dot. */
const TEMPORARY = /(?:^clock\.json|\.jsonl|^journal\.jsonl)\.tmp$|^\..+\.\d+-\d+\.tmp$/

interface Leftover {
  readonly path: string
  /** Built from the log or computed: it can go. */
  readonly derived: boolean
}

/** Files that a crash left between being written and taking their place. */
export function leftovers(workspace: Workspace, now: Date): Verdict {
  const found = find(workspace)
  if (found.length === 0) return well('none')
  const names = some(found.map(({ path }) => relative(workspace.root, path)))
  return repairable(
    `${names}: left by a command that was killed while it wrote; what it was about is in the log`,
    'removes what is derived, and moves the rest to .kittify/errors',
    () => {
      for (const { path, derived } of found) {
        if (derived) rmSync(path, { force: true })
        else setAside(path, workspace.errorsDir, now)
      }
    },
  )
}

function find({ eventsDir, kittyDir, privateDir, specsDir }: Workspace): Leftover[] {
  const specs = folders(specsDir).flatMap((feature) => [
    join(specsDir, feature),
    join(specsDir, feature, 'tasks'),
  ])
  return [eventsDir, kittyDir, privateDir, specsDir, ...specs].flatMap((dir) =>
    names(dir)
      .filter(
        (name) =>
          isLeftover(name) && lstatSync(join(dir, name), { throwIfNoEntry: false })?.isFile() === true,
      )
      .map((name) => ({
        path: join(dir, name),
        derived: UNFINISHED_INDEX.test(name) || name === 'clock.json.tmp',
      })),
  )
}

function isLeftover(name: string): boolean {
  const builder = UNFINISHED_INDEX.exec(name)?.[1]
  // The others are written with the lock held; an index may be in the making just now.
  return builder === undefined ? TEMPORARY.test(name) : !isRunning(Number(builder))
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // EPERM: somebody else's, and running.
    return typeof error === 'object' && error !== null && 'code' in error && error.code === 'EPERM'
  }
}

function names(dir: string): string[] {
  try {
    return readdirSync(dir)
  } catch {
    // Not there, or not to be read: other checks say so.
    return []
  }
}

function folders(dir: string): string[] {
  return names(dir).filter(
    (name) => lstatSync(join(dir, name), { throwIfNoEntry: false })?.isDirectory() === true,
  )
}
