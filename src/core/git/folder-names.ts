import { askGitFields, askGitText } from './git.js'
import { LOG } from './log-command.js'
import { eachObject, type GitObject } from './objects.js'

/** No folder's listing is left unread, however long: see `eachObject`. */
const NO_FILES = 0

/**
 * The names of files that a commit of HEAD has or had in a folder, with one walk through history.
 * @param folder from `root`
 * @throws as `git`, also before the first commit
 */
export function namesEver(root: string, folder: string): Set<string> {
  const log = ['--literal-pathspecs', ...LOG, '-c']
  const options = ['--format=', '--name-only', '--no-renames', '--relative', '-z', 'HEAD', '--', folder]
  const paths = askGitFields(root, [...log, ...options])
  return new Set(paths.map((path) => path.slice(path.lastIndexOf('/') + 1)))
}

/**
 * For each of the newest branches of remotes that has the folder, the names in it.
 * @param folder from `root`
 * @param most how many branches are looked at
 * @returns by the branch's short name, the newest first
 * @throws as `git`
 */
export function namesAtRemotes(root: string, folder: string, most: number): Map<string, string[]> {
  const format = '--format=%(refname)%00%(refname:short)'
  const ask = ['for-each-ref', '--sort=-committerdate', `--count=${most}`, format, 'refs/remotes']
  const refs = (askGitText(root, ask) ?? '')
    .split('\n')
    .filter(Boolean)
    .map((line) => line.split('\0'))
  const names = new Map<string, string[]>()
  const trees = eachObject(
    root,
    refs.map(([ref = '']) => `${ref}:./${folder}`),
    NO_FILES,
  )
  let at = 0
  for (const tree of trees) {
    const [, short = ''] = refs[at++] ?? []
    if (tree?.type === 'tree') names.set(short, namesIn(tree))
  }
  return names
}

/** A tree's entries: mode, space, name, NUL, and the object's ID in bytes. */
function namesIn({ id, content = Buffer.alloc(0) }: GitObject): string[] {
  const names: string[] = []
  for (let at = 0; at < content.length;) {
    const start = content.indexOf(0x20, at) + 1
    const end = content.indexOf(0, start)
    names.push(content.toString('utf8', start, end))
    at = end + 1 + id.length / 2
  }
  return names
}
