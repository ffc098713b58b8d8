import { closeSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import { isKittyError } from '../../errors/kitty-error.js'
import type { Workspace } from '../../workspace/workspace.js'
import { askGitFields } from '../../git/git.js'
import { gitIndexState } from '../../git/head.js'
import { dayFileAt, isDayFile } from '../format/day-file.js'
import { groupBy } from '../group-by.js'
import type { RawLine } from '../event-log.js'
import { entriesIn } from '../../files/read-optional.js'
import { boundedLines } from '../../files/line-parts.js'
import { openToRead } from '../../files/open-file.js'
import { rawLinesIn } from '../format/raw-lines.js'
import { blobLines } from './blob-lines.js'
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
  const before = gitIndexState(workspace)
  if (isGitAtWork(workspace)) return undefined
  const lines = deletionsIn(workspace)
  // If git started in the meantime, we compared the files it had already written with those it had not. A short checkout
  // has ended by now, and only the index that it replaced tells.
  return isGitAtWork(workspace) || gitIndexState(workspace) !== before ? undefined : lines
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
 * not know. Does not touch git's index.
 * @param kept IDs to leave out
 * @throws KittyError if git fails.
 */
export function youngestUnstaged({ root, eventsDir }: Workspace, kept: ReadonlySet<string>): RawLine[] {
  const folder = repoPath(root, eventsDir)
  const tracked = trackedFiles(root, folder)
  const known = new Set(tracked.map(({ name }) => name))
  const unknown = entriesIn(eventsDir)
    .map(({ name }) => name)
    .filter((name) => isDayFile(name) && !known.has(name))
  const lines = youngestOf(
    unknown.map((name) => join(eventsDir, name)),
    kept,
  )
  const names = namesByBlob(differingFiles(root, folder))
  for (const { id, parts } of blobLines(root, [...names.keys()])) {
    const paths = (names.get(id) ?? []).map((name) => join(eventsDir, name))
    const young = youngestOf(paths, kept)
    for (const part of parts) for (const { event_id } of rawLinesIn(part)) young.delete(event_id)
    for (const [event_id, line] of young) lines.set(event_id, line)
  }
  return [...lines.values()]
}

/** The last events of each of the files, without those kept elsewhere, by ID, the youngest first. */
function youngestOf(paths: readonly string[], kept: ReadonlySet<string>): Map<string, RawLine> {
  return new Map(
    paths.flatMap((path) =>
      youngestLines(path)
        .filter(({ event_id }) => !kept.has(event_id))
        .map((line) => [line.event_id, line]),
    ),
  )
}

function youngestLines(path: string): RawLine[] {
  let young: RawLine[] = []
  eachEventNow(path, (lines) => {
    young = [...young, ...lines]
    let bytes = 0
    const first = young.findLastIndex(({ bytes: line }) => (bytes += line.length) > YOUNGEST_BYTES)
    young = young.slice(first + 1)
  })
  return young.reverse()
}

function deletionsIn({ root, eventsDir }: Workspace): RawLine[] {
  const folder = repoPath(root, eventsDir)
  const differing = [...differingFiles(root, folder), ...hiddenFiles(root, folder)]
  const missing: RawLine[] = []
  const names = namesByBlob(differing)
  for (const { id, parts } of blobLines(root, [...names.keys()])) {
    const files = (names.get(id) ?? []).flatMap((name) => idsNow(join(eventsDir, name)) ?? [])
    for (const part of parts)
      for (const line of rawLinesIn(part))
        if (files.some((present) => !present.has(line.event_id))) missing.push(line)
  }
  return missing
}

/** Two files with the same content are one blob. */
function namesByBlob(files: readonly StagedFile[]): Map<string, string[]> {
  const ofBlobs = [...groupBy(files, ({ blob }) => blob)]
  return new Map(ofBlobs.map(([blob, same]) => [blob, same.map(({ name }) => name)]))
}

/** Returns undefined if the file cannot be read, or if it is a link or a folder: the next write reports that. */
function idsNow(path: string): ReadonlySet<string> | undefined {
  const ids = new Set<string>()
  const isRead = eachEventNow(path, (lines) => {
    for (const { event_id } of lines) ids.add(event_id)
  })
  return isRead ? ids : undefined
}

/** Passes a file's events on, a part of the file at a time. False if it cannot be read. */
function eachEventNow(path: string, take: (lines: RawLine[]) => void): boolean {
  try {
    const now = openToRead(path)
    if (now === undefined) return true
    try {
      // An overlong line is no event, and anyone may have written it.
      for (const part of boundedLines(now.fd)) take(rawLinesIn(part))
      return true
    } finally {
      closeSync(now.fd)
    }
  } catch (error) {
    if (!isKittyError(error)) throw error
    return false
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
    const name = dayFileAt(path, folder)
    return blob !== undefined && name !== undefined ? [{ name, blob, isHidden }] : []
  })
}

/**
 * Returns the day files whose stat data differs from git's index, with their blobs there (git-diff-files(1), "Raw
 * output format").
 */
function differingFiles(root: string, folder: string): StagedFile[] {
  // Without the first option, git would start a file system monitor. `--ita-visible-in-index` shows the file of
  // `git add --intent-to-add` as it is in git's index, empty. `--relative` counts paths from `root`, as `git ls-files` does.
  const options = ['-c', 'core.fsmonitor=false', 'diff-files', '--raw', '-z', '--ita-visible-in-index']
  const fields = askGitFields(root, [...options, '--relative', '--', folder])
  return fields.flatMap((field, at) => {
    const blob = /^:[0-7]+ [0-7]+ (?!0+ )([0-9a-f]{40,64}) [0-9a-f]+ [A-Z]$/.exec(field)?.[1]
    const name = dayFileAt(fields[at + 1] ?? '', folder)
    return blob !== undefined && name !== undefined ? [{ name, blob }] : []
  })
}
