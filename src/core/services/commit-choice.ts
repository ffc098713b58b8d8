import { join } from 'node:path'
import { inject, injectable } from 'inversify'
import { committedEntries, type OwnIndex, userEntries } from '../git/own-index.js'
import { readObjects } from '../git/objects.js'
import { repoPath } from '../platform/paths.js'
import { readSpecFile } from '../specs/read-spec-file.js'
import { Workspace } from '../workspace/workspace.js'
import { LIMITS, readInside } from '../files/work-tree.js'
import { hasOnlyAdded } from './added-lines.js'
import { ROOT_LINES } from './initialize.js'
import { OwnWriting } from './definitions/own-writing.js'

/** Which changed files a commit takes. Paths are relative to the repository's root. */
export interface CommitChoice {
  readonly files: readonly string[]
  /** Changed by a person, and left out. */
  readonly yours: readonly string[]
  /** Staged by the user, and left out. */
  readonly staged: readonly string[]
}

/** Tells what kitty wrote from what people wrote. */
@injectable()
export class ChooseFiles {
  constructor(
    @inject(Workspace) private readonly workspace: Workspace,
    @inject(OwnWriting) private readonly own: OwnWriting,
  ) {}

  /** @throws KittyError if git fails */
  choose(index: OwnIndex, withEdits: boolean): CommitChoice {
    const { root, kittyDir, specsDir } = this.workspace
    const own = [repoPath(root, kittyDir), repoPath(root, specsDir)]
    const { present, removed } = index.changed([...own, ...Object.keys(ROOT_LINES)])
    const setUp = this.#setUp(present, index.head)
    const all = [...present, ...removed]
      .filter((path) => !Object.hasOwn(ROOT_LINES, path) || setUp.has(path))
      .sort()
    const staged = this.#staged(all, index.head)
    const free = all.filter((path) => !staged.includes(path))
    const before = this.#committed(free, index.head)
    const gone = new Set(removed)
    const isOwn = (path: string): boolean =>
      setUp.has(path) || this.#isLog(path, gone) || this.#isWritten(path, before, gone)
    const yours = withEdits ? [] : free.filter((path) => !isOwn(path))
    return { files: free.filter((path) => !yours.includes(path)), yours, staged }
  }

  /** The user's files at the root to which kitty has added its lines, and no one anything else. */
  #setUp(present: readonly string[], head: string | undefined): ReadonlySet<string> {
    const { root } = this.workspace
    const asked = present.filter((path) => Object.hasOwn(ROOT_LINES, path))
    const before = this.#committed(asked, head)
    return new Set(
      asked.filter((path) => {
        const now = readInside(root, join(root, path), LIMITS.attributes)
        return (
          now.ok && hasOnlyAdded(before.get(path)?.toString(), now.bytes.toString(), ROOT_LINES[path] ?? [])
        )
      }),
    )
  }

  #staged(paths: readonly string[], head: string | undefined): string[] {
    const { root } = this.workspace
    const [had, has] = [committedEntries(root, head, paths), userEntries(root, paths)]
    return paths.filter((path) => had.get(path) !== has.get(path))
  }

  /** Everything that kitty keeps in its folder. People write the settings; no one takes log files away. */
  #isLog(path: string, gone: ReadonlySet<string>): boolean {
    const { root, kittyDir, configFile } = this.workspace
    if (!path.startsWith(`${repoPath(root, kittyDir)}/`)) return false
    return path !== repoPath(root, configFile) && !gone.has(path)
  }

  #isWritten(path: string, before: ReadonlyMap<string, Buffer>, gone: ReadonlySet<string>): boolean {
    const { root, specsDir } = this.workspace
    if (!path.startsWith(`${repoPath(root, specsDir)}/`)) return false
    if (gone.has(path)) return this.own.leads(path, before.get(path), undefined)
    const now = readSpecFile(root, join(root, path))
    return now.ok && this.own.leads(path, before.get(path), now.bytes)
  }

  #committed(paths: readonly string[], head: string | undefined): Map<string, Buffer> {
    const asked = head === undefined ? [] : paths.filter((path) => !path.includes('\n'))
    const objects = readObjects(
      this.workspace.root,
      asked.map((path) => `${head ?? ''}:./${path}`),
    )
    return new Map(
      asked.flatMap((path, at) => {
        const object = objects[at]
        return object === undefined ? [] : [[path, object.content] as const]
      }),
    )
  }
}
