import { closeSync, existsSync } from 'node:fs'
import { basename, join } from 'node:path'
import { isKittyError } from '../../errors/kitty-error.js'
import type { Workspace } from '../../workspace/workspace.js'
import { askGitFields } from '../../git/git.js'
import { readObjects } from '../../git/objects.js'
import { isDayFile } from '../format/day-file.js'
import { MAX_LINE_BYTES } from '../format/line-codec.js'
import type { RawLine } from '../event-log.js'
import { entriesIn } from '../../files/list-folder.js'
import { boundedLines } from '../../files/bounded-lines.js'
import { openToRead } from '../../files/open-file.js'
import { rawLinesIn } from '../format/raw-lines.js'
import { repoPath } from '../../platform/paths.js'

/** A kernel writes what a program has written to disk within half a minute: no one writes more events than these. */
const YOUNGEST_BYTES = 1024 * 1024

/**
 * Returns the events that git's index has and the same file in the work tree lacks. In a log, that is never intended:
 * someone deleted a file by hand, a checkout could not write it or was told to skip it, or a line went into a file that
 * git was just replacing. Does not touch git's index.
 * @returns undefined while git is updating its index, which then says nothing about the work tree.
 * @throws KittyError if git fails.
 */
export function unstagedDeletions(workspace: Workspace): RawLine[] | undefined {
  if (isGitAtWork(workspace)) return undefined
  const lines = deletionsIn(workspace)
  // If git started in the meantime, we compared the files it had already written with those it had not.
  return isGitAtWork(workspace) ? undefined : lines
}

/** Git locks its index while it writes files of the work tree (git's api-index, `index.lock`). */
export function isGitAtWork({ logGitDir }: Pick<Workspace, 'logGitDir'>): boolean {
  return existsSync(join(logGitDir, 'index.lock'))
}

/**
 * Whether git was told to leave files of the log out of the work tree, or not to check them there: a sparse checkout,
 * git-update-index(1) `--skip-worktree` or `--assume-unchanged`.
 * @throws KittyError if git fails.
 */
export function isLogHidden(workspace: Workspace): boolean {
  return hiddenFiles(workspace.root, repoPath(workspace.root, workspace.eventsDir)).length > 0
}

/**
 * Returns the youngest events that the work tree has and git's index lacks: in changed files, and in files that git does
 * not know. Does not touch git's index. @throws KittyError if git fails.
 */
export function youngestUnstaged({ root, eventsDir }: Workspace): RawLine[] {
  const folder = repoPath(root, eventsDir)
  const tracked = trackedFiles(root, folder)
  const known = new Set(tracked.map(({ name }) => name))
  const unknown = entriesIn(eventsDir)
    .map(({ name }) => name)
    .filter((name) => isDayFile(name) && !known.has(name))
  const changed = differingFiles(root, folder)
  const blobs = readObjects(
    root,
    changed.map(({ blob }) => blob),
  )
  return [
    ...unknown.flatMap((name) => youngestLines(join(eventsDir, name))),
    ...changed.flatMap(({ name }, at) => {
      const blob = blobs[at]
      const staged = new Set(blob === undefined ? [] : rawLinesIn(blob.content).map((line) => line.event_id))
      return youngestLines(join(eventsDir, name)).filter((line) => !staged.has(line.event_id))
    }),
  ]
}

function youngestLines(path: string): RawLine[] {
  let bytes = 0
  return (linesNow(path) ?? []).reverse().filter((line) => (bytes += line.bytes.length) <= YOUNGEST_BYTES)
}

function deletionsIn({ root, eventsDir }: Workspace): RawLine[] {
  const folder = repoPath(root, eventsDir)
  const differing = [...differingFiles(root, folder), ...hiddenFiles(root, folder)]
  const blobs = readObjects(
    root,
    differing.map(({ blob }) => blob),
  )
  return differing.flatMap(({ name }, at) => {
    const staged = blobs[at]
    const now = linesNow(join(eventsDir, name))
    if (staged === undefined || now === undefined) return []
    const present = new Set(now.map((line) => line.event_id))
    return rawLinesIn(staged.content).filter((line) => !present.has(line.event_id))
  })
}

/** Returns undefined if the file cannot be read, or if it is a link or a folder: the next write reports that. */
function linesNow(path: string): RawLine[] | undefined {
  try {
    const now = openToRead(path)
    if (now === undefined) return []
    try {
      // A longer line is no event, and anyone may have written it.
      return rawLinesIn(boundedLines(now.fd, { shortest: 0, longest: MAX_LINE_BYTES + 1 }))
    } finally {
      closeSync(now.fd)
    }
  } catch (error) {
    if (!isKittyError(error)) throw error
    return undefined
  }
}

interface StagedFile {
  readonly name: string
  readonly blob: string
}

interface TrackedFile extends StagedFile {
  readonly isHidden: boolean
}

/** Returns the day files that git does not compare with the work tree. */
function hiddenFiles(root: string, folder: string): StagedFile[] {
  return trackedFiles(root, folder).filter(({ isHidden }) => isHidden)
}

/** Hidden: git-ls-files(1), `-v`: `S` or lowercase. */
function trackedFiles(root: string, folder: string): TrackedFile[] {
  return askGitFields(root, ['ls-files', '-v', '--stage', '-z', '--', folder]).flatMap((entry) => {
    const [, tag = '', blob, path = ''] = /^([A-Za-z]) [0-7]+ ([0-9a-f]{40,64}) 0\t(.*)$/s.exec(entry) ?? []
    const isHidden = tag === 'S' || tag !== tag.toUpperCase()
    return blob !== undefined && isDayFile(basename(path)) ? [{ name: basename(path), blob, isHidden }] : []
  })
}

/**
 * Returns the day files whose stat data differs from git's index, with their blobs there (git-diff-files(1), "Raw
 * output format").
 */
function differingFiles(root: string, folder: string): StagedFile[] {
  // Without this, git would start a file system monitor.
  const args = ['-c', 'core.fsmonitor=false', 'diff-files', '--raw', '-z', '--', folder]
  const fields = askGitFields(root, args)
  return fields.flatMap((field, at) => {
    const blob = /^:[0-7]+ [0-7]+ (?!0+ )([0-9a-f]{40,64}) [0-9a-f]+ [A-Z]$/.exec(field)?.[1]
    const name = basename(fields[at + 1] ?? '')
    return blob !== undefined && isDayFile(name) ? [{ name, blob }] : []
  })
}
