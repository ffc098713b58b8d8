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
