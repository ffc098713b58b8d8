import { askGitFields, resolveCommit } from './git.js'
import { readObjects } from './objects.js'

/** How many commits of one file we look at, newest first. */
const COMMIT_LIMIT = 200
/** In bytes; a larger version was not a work-package file. */
const VERSION_LIMIT = 2 * 1024 * 1024

export interface FileVersion {
  readonly commit: string
  readonly author: string
  /** Undefined if the commit removed the file. */
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
  const commits = askGitFields(root, ['--literal-pathspecs', 'log', ...options, '--', path])
    .map((field) => field.trim().split('\n'))
    .flatMap(([commit, author]) => (commit ? [{ commit, author: author ?? '' }] : []))
    .reverse()
  const objects = readObjects(
    root,
    commits.map(({ commit }) => `${commit}:./${path}`),
  )
  return commits.map((one, at) => {
    const content = objects[at]?.content
    return { ...one, bytes: content !== undefined && content.length <= VERSION_LIMIT ? content : undefined }
  })
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
  if (resolveCommit(root, 'HEAD') !== undefined)
    for (const { path, ...change } of changesBelow(root, folder)) {
      const known = changes.get(path)
      if (known !== undefined && known.length < COMMIT_LIMIT) known.push(change)
    }
  const ids = new Set([...changes.values()].flat().flatMap(({ blob }) => blob ?? []))
  const blobs = new Map(readObjects(root, [...ids]).flatMap((one) => (one ? [[one.id, one.content]] : [])))
  const versions = (known: readonly Change[]): FileVersion[] =>
    known.toReversed().map(({ commit, author, blob }) => {
      const content = blob === undefined ? undefined : blobs.get(blob)
      const isRead = content !== undefined && content.length <= VERSION_LIMIT
      return { commit, author, bytes: isRead ? content : undefined }
    })
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
  const log = ['--literal-pathspecs', '-c', 'log.showRoot=true', 'log', '--first-parent', '-m']
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
