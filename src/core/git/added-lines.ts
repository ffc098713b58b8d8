import { git } from './git.js'

/** Lines that one commit added under a folder. */
export interface AddedLines {
  readonly commit: string
  /** Spelled as in `.mailmap`. */
  readonly author: string
  readonly lines: readonly string[]
}

/**
 * Returns the lines that the commits of `base..head`, merges excluded, added to files under `folder`, oldest first.
 * @param folder Relative to the repository's root, with `/`
 * @throws as `git`
 */
export function addedLines(root: string, base: string, head: string, folder: string): AddedLines[] {
  const output = git(root, [
    'log',
    '--reverse',
    '--no-merges',
    '--no-color',
    '--no-ext-diff',
    '--no-textconv',
    '--unified=0',
    '--patch',
    '--format=%x00%H%x00%aN%x00',
    `${base}..${head}`,
    '--',
    `:(top)${folder}`,
  ]).toString('utf8')
  const parts = output.split('\0').slice(1)
  const commits: AddedLines[] = []
  for (let at = 0; at + 2 < parts.length; at += 3) {
    const [commit = '', author = '', patch = ''] = parts.slice(at, at + 3)
    const lines = patch.split('\n').flatMap((line) => (/^\+(?!\+\+ )/.test(line) ? [line.slice(1)] : []))
    commits.push({ commit, author, lines })
  }
  return commits
}

/** Returns every author of a commit that `head` contains, spelled as in `.mailmap`. */
export function authorsOf(root: string, head: string): Set<string> {
  return new Set(git(root, ['log', '--format=%aN', head]).toString('utf8').split('\n').filter(Boolean))
}
