import { askGitFields, resolveCommit } from './git.js'
import { LOG } from './log-command.js'
import { eachObject } from './objects.js'

/** How many commits of one file we look at, newest first. */
const COMMIT_LIMIT = 200
/** In bytes; a larger version was not a work-package file. */
const VERSION_LIMIT = 2 * 1024 * 1024
/** In bytes, of all versions read together: the newest ones count, the others are left unread. */
const HISTORY_LIMIT = 64 * 1024 * 1024

export interface FileVersion {
  readonly commit: string
  readonly author: string
  /** Undefined if the commit removed the file, and if the version is too large or too old to be read. */
  readonly bytes: Buffer | undefined
}

/**
 * Returns a file's versions in HEAD's first-parent history, oldest first, ending with HEAD's. Empty before the first
 * commit and for a file that HEAD's history never had.
 * @param path from the repository's root
 * @throws as `git`
 */
export function fileVersions(root: string, path: string): FileVersion[] {
  if (path.includes('\n') || resolveCommit(root, 'HEAD') === undefined) return []
  // Follow only the first parent: the sides of a merge would be interleaved, as if each had undone the other.
  const options = ['--first-parent', `--max-count=${COMMIT_LIMIT}`, '-z', '--format=%H%n%aN']
  const commits = askGitFields(root, ['--literal-pathspecs', ...LOG, ...options, '--', path])
    .map((field) => field.trim().split('\n'))
    .flatMap(([commit, author]) => (commit ? [{ commit, author: author ?? '' }] : []))
  const contents = newestOf(
    root,
    commits.map(({ commit }) => `${commit}:./${path}`),
  )
  return commits.map((one, at) => ({ ...one, bytes: contents[at] })).reverse()
}

/** The contents of these versions, as long as they come to no more than the limit together. */
function newestOf(root: string, names: readonly string[]): (Buffer | undefined)[] {
  let bytes = 0
  const contents: (Buffer | undefined)[] = []
  for (const version of eachObject(root, names, VERSION_LIMIT)) {
    bytes += version?.content?.length ?? 0
    if (bytes > HISTORY_LIMIT) break
    contents.push(version?.content)
  }
  return contents
}

/**
 * Like `fileVersions`, for many files of one folder with two processes of git in all.
 * @param folder from the repository's root
 * @param paths from the repository's root, in that folder; every one of them is in the answer
 * @throws as `git`
 */
export function folderVersions(
  root: string,
  folder: string,
  paths: readonly string[],
): Map<string, FileVersion[]> {
  const changes = new Map<string, Change[]>(paths.map((path) => [path, []]))
  const ids = new Set<string>()
  if (resolveCommit(root, 'HEAD') !== undefined)
    for (const { path, ...change } of changesBelow(root, folder)) {
      const known = changes.get(path)
      if (known === undefined || known.length >= COMMIT_LIMIT) continue
      known.push(change)
      if (change.blob !== undefined) ids.add(change.blob)
    }
  const contents = newestOf(root, [...ids])
  const blobs = new Map([...ids].map((id, at) => [id, contents[at]]))
  const versions = (known: readonly Change[]): FileVersion[] =>
    known.toReversed().map(({ commit, author, blob }) => ({ commit, author, bytes: blobs.get(blob ?? '') }))
  return new Map([...changes].map(([path, known]) => [path, versions(known)]))
}

interface Change {
  readonly commit: string
  readonly author: string
  /** Undefined if the commit removed the file. */
  readonly blob: string | undefined
}

/** What HEAD's first-parent history changed below a folder, newest first. */
function* changesBelow(root: string, folder: string): Generator<Change & { readonly path: string }> {
  const log = ['--literal-pathspecs', ...LOG, '--first-parent', '-m']
  const options = ['--raw', '--no-abbrev', '--no-renames', '--relative', '-z', `--format=${HEADER}%H%n%aN`]
  let [commit, author] = ['', '']
  const fields = askGitFields(root, [...log, ...options, '--', folder])
  for (let at = 0; at < fields.length; at += 1) {
    const field = (fields[at] ?? '').replace(/^\n/, '')
    const [, blob, status] = /^:\d+ \d+ [0-9a-f]+ ([0-9a-f]+) ([A-Z])/.exec(field) ?? []
    if (field.startsWith(HEADER)) [commit = '', author = ''] = field.slice(HEADER.length).split('\n')
    else if (blob !== undefined) {
      at += 1
      yield { commit, author, path: fields[at] ?? '', blob: status === 'D' ? undefined : blob }
    }
  }
}

/** No path and no status begins with it. */
const HEADER = '\u0001'
