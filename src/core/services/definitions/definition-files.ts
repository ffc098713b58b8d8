import { join } from 'node:path'
import { inject, injectable } from 'inversify'
import { packageFilesIn } from '../../specs/feature-folder.js'
import { featureDir } from '../../specs/feature-name.js'
import { readWorkPackageFile, type StatedWorkPackage } from '../../specs/work-package-file.js'
import { type FeatureLooks, FileLooks } from './file-looks.js'
import { Workspace } from '../../workspace/workspace.js'
import { repoPath } from '../../platform/paths.js'
import { addTo } from '../../log/group-by.js'

/** What the files say about one package. `file` is relative to the repository's root. */
export type PackageFile =
  | {
      readonly kind: 'stated'
      readonly id: string
      readonly file: string
      readonly stated: StatedWorkPackage
    }
  | { readonly kind: 'unreadable'; readonly id: string; readonly file: string; readonly reason: string }
  /** Several files have this ID. */
  | { readonly kind: 'twice'; readonly id: string; readonly files: readonly string[] }

/** Reads the definitions from the packages' files. */
@injectable()
export class DefinitionFiles {
  constructor(
    @inject(Workspace) private readonly workspace: Workspace,
    @inject(FileLooks) private readonly looks: FileLooks,
  ) {}

  /** Reads packages by ID, sorted by number. @param only limits reading to these packages; all if omitted */
  async read(feature: string, only?: ReadonlySet<string>): Promise<ReadonlyMap<string, PackageFile>> {
    const files = new Map<string, PackageFile>()
    for await (const file of this.each(feature, only)) files.set(file.id, file)
    return files
  }

  /** Like `read`, one file at a time. */
  async *each(feature: string, only?: ReadonlySet<string>): AsyncGenerator<PackageFile> {
    for (const [id, names] of this.#named(feature, only)) {
      const [file, ...others] = names
      if (file === undefined) continue
      yield others.length > 0 ? { kind: 'twice', id, files: names } : await this.#readFile(id, file)
    }
  }

  /** Reads all packages, but only the files that have changed since they were last read. */
  async readChanged(feature: string): Promise<ReadonlyMap<string, PackageFile>> {
    const looks = this.looks.inFeature(feature)
    const files = new Map<string, PackageFile>()
    for (const [id, [file, ...others]] of this.#named(feature)) {
      if (file === undefined) continue
      if (others.length > 0) files.set(id, { kind: 'twice', id, files: [file, ...others] })
      else files.set(id, await this.#readUnlessKnown(looks, id, file))
    }
    looks.keep()
    return files
  }

  /** IDs that several files have; no file is read. */
  twice(feature: string): string[] {
    const tasks = this.#tasks(feature)
    if (tasks === undefined) return []
    const ids = packageFilesIn(this.workspace.root, tasks).map(({ id }) => id)
    return ids.filter((id, at) => id === ids[at - 1])
  }

  #tasks(feature: string): string | undefined {
    const dir = featureDir(this.workspace.specsDir, feature)
    return dir && join(dir, 'tasks')
  }

  /** The paths of each package's files, relative to the repository's root. */
  #named(feature: string, only?: ReadonlySet<string>): ReadonlyMap<string, readonly string[]> {
    const { root } = this.workspace
    const tasks = this.#tasks(feature)
    const named = new Map<string, string[]>()
    if (tasks === undefined) return named
    for (const { id, name } of packageFilesIn(root, tasks, only))
      addTo(named, id, repoPath(root, join(tasks, name)))
    return named
  }

  async #readUnlessKnown(looks: FeatureLooks, id: string, file: string): Promise<PackageFile> {
    const path = join(this.workspace.root, file)
    const known = looks.known(path)
    if (known !== undefined) return { kind: 'stated', id, file, stated: { ...known, file: path } }
    const read = await this.#readFile(id, file)
    if (read.kind === 'stated') looks.found(read.stated)
    return read
  }

  async #readFile(id: string, file: string): Promise<PackageFile> {
    const path = join(this.workspace.root, file)
    const read = await readWorkPackageFile(path, this.workspace.root)
    // Boards travel: they name files as the repository does, not as this machine.
    if (!read.ok) return { kind: 'unreadable', id, file, reason: read.reason.replace(path, () => file) }
    return { kind: 'stated', id, file, stated: read.workPackage }
  }
}
