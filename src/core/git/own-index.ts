/**
 * A commit of chosen files that leaves the user's index alone: git builds it in an index file of our own
 * (gitglossary(7), GIT_INDEX_FILE), and afterwards only those entries of the user's index follow that were as in the
 * commit before.
 */
import { isUtf8 } from 'node:buffer'
import { copyFileSync, lstatSync, statSync, utimesSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { systemCode } from '../errors/kitty-error.js'
import { storageError } from '../files/storage-error.js'
import { askGitFields, askGitText, git, gitText, resolveCommit } from './git.js'
import { makeFolder } from './shared-folder.js'
import { removeFile } from '../platform/remove-path.js'
import { onceFree } from '../platform/once-free.js'

/** By path from the given folder: mode and object, as `100644 0a1b…`. A path that is absent has no entry. */
export type Entries = ReadonlyMap<string, string>

/** Changed files, by path from the given folder. */
export interface ChangedNames {
  readonly present: string[]
  readonly removed: string[]
  /** Those whose names are not UTF-8, as git quotes them: no other call here can name them. */
  readonly odd: string[]
}

export class OwnIndex {
  readonly #env: { readonly GIT_INDEX_FILE: string }
  /** The commit that it was read from; undefined before the first commit. */
  readonly head: string | undefined
  readonly #root: string

  /**
   * @param root a folder of the checkout
   * @param userIndex the checkout's own index, whose file times save git from reading every file
   * @param file where to keep it; its maker removes it with `remove`
   * @throws KittyError if git fails
   */
  constructor(root: string, userIndex: string, file: string) {
    this.#root = root
    this.head = resolveCommit(root, 'HEAD')
    this.#env = { GIT_INDEX_FILE: file }
    this.remove()
    copyIfThere(userIndex, file)
    if (this.head === undefined) this.#git(['read-tree', '--empty'])
    else this.#git(['read-tree', '--reset', this.head])
  }

  /** Files below these folders that are not as in the commit, also new and removed ones. Without those git ignores. */
  changed(folders: readonly string[]): ChangedNames {
    const odd = new Set<string>()
    const list = (...options: string[]): string[] =>
      fields(
        this.#git([
          '--literal-pathspecs',
          'ls-files',
          '-z',
          '--exclude-standard',
          ...options,
          '--',
          ...folders,
        ]),
        odd,
      )
    const removed = new Set(list('--deleted'))
    const present = new Set(list('--modified', '--others').filter((path) => !removed.has(path)))
    return { present: [...present].sort(), removed: [...removed].sort(), odd: [...odd].sort() }
  }

  /** Files below a folder that git ignores and does not track. */
  ignored(folder: string): string[] {
    const list = ['--literal-pathspecs', 'ls-files', '-z', '--others', '--ignored', '--exclude-standard']
    return fields(this.#git([...list, '--', folder]), new Set())
  }

  /** Takes these files over as they are in the work tree now. Returns false if nothing differs from the commit then. */
  add(paths: readonly string[]): boolean {
    this.#git(
      ['update-index', '--add', '--remove', '-z', '--stdin'],
      paths.map((path) => `${path}\0`).join(''),
    )
    const tree = this.#git(['write-tree']).toString('utf8').trim()
    return this.head === undefined || tree !== gitText(this.#root, ['rev-parse', `${this.head}^{tree}`])
  }

  /** Commits it with the user's hooks, signing and identity. @throws GitRefusal */
  commit(message: string): string {
    this.#git(['commit', '--quiet', '--message', message])
    return gitText(this.#root, ['rev-parse', 'HEAD'])
  }

  remove(): void {
    removeFile(this.#env.GIT_INDEX_FILE)
    removeFile(`${this.#env.GIT_INDEX_FILE}.lock`)
  }

  #git(args: readonly string[], input?: string): Buffer {
    return git(this.#root, args, { env: this.#env, ...(input !== undefined && { input }) })
  }
}

/** The entries of the user's index for these paths; `unmerged` for one with several. */
export function userEntries(root: string, paths: readonly string[]): Entries {
  const entries = new Map<string, string>()
  for (const part of portions(paths))
    for (const line of askGitFields(root, [
      '--literal-pathspecs',
      'ls-files',
      '--stage',
      '-z',
      '--',
      ...part,
    ])) {
      const [, mode, object, path] = /^(\d+) (\w+) \d\t([^]+)$/.exec(line) ?? []
      if (mode === undefined || object === undefined || path === undefined) continue
      entries.set(path, entries.has(path) ? 'unmerged' : `${mode} ${object}`)
    }
  return entries
}

/** A commit's entries for these paths. None for no commit. */
export function committedEntries(
  root: string,
  commit: string | undefined,
  paths: readonly string[],
): Entries {
  const entries = new Map<string, string>()
  if (commit === undefined) return entries
  for (const part of portions(paths))
    for (const line of askGitFields(root, [
      '--literal-pathspecs',
      'ls-tree',
      '-r',
      '-z',
      commit,
      '--',
      ...part,
    ])) {
      const [, mode, object, path] = /^(\d+) \w+ (\w+)\t([^]+)$/.exec(line) ?? []
      if (mode !== undefined && object !== undefined && path !== undefined)
        entries.set(path, `${mode} ${object}`)
    }
  return entries
}

/** Those of these files that are executable here and not in the commit, or the other way round, where git looks at that. */
export function otherModes(root: string, commit: string | undefined, paths: readonly string[]): Set<string> {
  if (askGitText(root, ['config', '--type=bool', 'core.fileMode']) === 'false') return new Set()
  const entries = committedEntries(root, commit, paths)
  return new Set(
    paths.filter((path) => {
      const stats = lstatSync(join(root, path), { throwIfNoEntry: false })
      const isExecutable = ((stats?.mode ?? 0) & 0o100) !== 0
      return stats !== undefined && isExecutable !== (entries.get(path)?.startsWith('100755') === true)
    }),
  )
}

/**
 * Lets the user's index follow a commit, for those of these paths where it was as in the commit before: whatever the
 * user staged stays staged. @throws GitRefusal, also while another process holds the index
 */
export function followCommit(
  root: string,
  paths: readonly string[],
  { before, after }: { before: string | undefined; after: string },
): void {
  const had = committedEntries(root, before, paths)
  const has = committedEntries(root, after, paths)
  const staged = userEntries(root, paths)
  const follow = paths.filter((path) => staged.get(path) === had.get(path))
  // Unlike every other command used here, this one takes paths from the repository's top.
  const prefix = gitText(root, ['rev-parse', '--show-prefix'])
  const lines = follow.map(
    (path) => `${has.get(path) ?? `0 ${'0'.repeat(after.length)}`}\t${prefix}${path}\0`,
  )
  if (lines.length > 0) git(root, ['update-index', '-z', '--index-info'], { input: lines.join('') })
}

/** Takes a commit back that was built on another one than it says, unless someone has gone on from it. */
export function takeBack(root: string, commit: string, to: string): void {
  git(root, ['update-ref', '-m', 'kitty commit: HEAD had moved', 'HEAD', to, commit])
}

/** The first parent of a commit; undefined for a first commit. */
export function parentOf(root: string, commit: string): string | undefined {
  return resolveCommit(root, `${commit}^`)
}

/** The name of the branch that is checked out; undefined if HEAD is detached. */
export function branchOf(root: string): string | undefined {
  // Not --short, which writes heads/main where there is a tag of that name.
  return askGitText(root, ['symbolic-ref', '--quiet', 'HEAD'])?.replace(/^refs\/heads\//, '')
}

/** Copies an index, with its time. */
function copyIfThere(from: string, to: string): void {
  try {
    makeFolder(dirname(to))
    const { mtimeMs } = statSync(from)
    onceFree(() => copyFileSync(from, to))
    // Git reads a file again that may have changed since it was put into the index: one that is not older than the index
    // (its Documentation/technical/racy-git). A younger copy would vouch for all of them.
    const second = Math.floor(mtimeMs / 1000)
    utimesSync(to, second, second)
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw storageError(error, to, 'not stored')
  }
}

/** Few enough for one command line on every system. */
function* portions(paths: readonly string[]): Generator<readonly string[]> {
  for (let at = 0; at < paths.length; at += 100) yield paths.slice(at, at + 100)
}

/** @param odd gets the fields that are not UTF-8 */
function fields(bytes: Buffer, odd: Set<string>): string[] {
  if (isUtf8(bytes)) return bytes.toString('utf8').split('\0').filter(Boolean)
  const whole: string[] = []
  for (const field of bytes.toString('latin1').split('\0').filter(Boolean)) {
    const name = Buffer.from(field, 'latin1')
    if (isUtf8(name)) whole.push(name.toString('utf8'))
    else odd.add(asGitQuotes(name))
  }
  return whole
}

/** As git prints a name under `core.quotePath` (git-config(1)): its bytes beyond ASCII, and control characters, in octal. */
function asGitQuotes(name: Buffer): string {
  const shown = [...name].map((byte) => {
    if (byte >= 0x80 || byte < 0x20) return `\\${byte.toString(8).padStart(3, '0')}`
    const character = String.fromCharCode(byte)
    return character === '"' || character === '\\' ? `\\${character}` : character
  })
  return `"${shown.join('')}"`
}
