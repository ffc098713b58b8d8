import { join, posix } from 'node:path'
import { inject, injectable } from 'inversify'
import { answered } from '../../git/answered.js'
import { fileVersions, type FileVersion, folderVersions } from '../../git/file-history.js'
import type { DefinitionSource } from '../../events-lib.js'
import type { Definition } from '../../specs/definition.js'
import { readSpecFile } from '../../specs/read-spec-file.js'
import { readWorkPackage } from '../../specs/work-package-file.js'
import { Workspace } from '../../workspace/workspace.js'

/** Git answers about a whole folder no faster than about this many files of it, one by one. */
const FEW = 8

/** What git knows about a package's file. Queried once per file and command. No answer counts as no evidence. */
@injectable()
export class CommittedDefinitions {
  readonly #versions = new Map<string, readonly FileVersion[]>()
  /** The files that are asked about together, by each of them. */
  readonly #expected = new Map<string, readonly string[]>()

  constructor(@inject(Workspace) private readonly workspace: Workspace) {}

  /** Announces files about which questions may follow: the first question then asks git about all of a folder's. */
  expect(files: readonly string[]): void {
    const folders = new Map<string, string[]>()
    for (const file of files) {
      const folder = posix.dirname(file)
      const known = folders.get(folder)
      if (known === undefined) folders.set(folder, [file])
      else known.push(file)
    }
    for (const group of folders.values())
      if (group.length > FEW) for (const file of group) this.#expected.set(file, group)
  }

  /** The definitions in HEAD's history of the file, oldest first. Leaves out versions that cannot be read. */
  async of(file: string): Promise<readonly Definition[]> {
    const definitions: Definition[] = []
    for (const { bytes } of this.#versionsOf(file)) {
      const read = bytes === undefined ? undefined : await readWorkPackage(file, bytes)
      if (read?.ok === true) definitions.push(read.workPackage)
    }
    return definitions
  }

  /** HEAD's last commit that changed the file, provided that the file is unchanged since HEAD. */
  source(file: string): DefinitionSource {
    const last = this.#versionsOf(file).at(-1)
    const now = readSpecFile(this.workspace.root, join(this.workspace.root, file))
    const isCommitted = last?.bytes !== undefined && now.ok && sameText(last.bytes, now.bytes)
    return isCommitted ? { commit: last.commit, author: last.author } : { commit: null, author: null }
  }

  #versionsOf(file: string): readonly FileVersion[] {
    const known = this.#versions.get(file)
    if (known !== undefined) return known
    const { root } = this.workspace
    const group = this.#expected.get(file)
    if (group !== undefined) {
      const all = answered(() => folderVersions(root, posix.dirname(file), group))
      for (const one of group) this.#versions.set(one, all?.get(one) ?? [])
    } else this.#versions.set(file, answered(() => fileVersions(root, file)) ?? [])
    return this.#versions.get(file) ?? []
  }
}

/** Compares text while ignoring line ends, which may differ between a commit and the work tree. */
function sameText(a: Buffer, b: Buffer): boolean {
  return (
    a.equals(b) ||
    a.toString('latin1').replaceAll('\r\n', '\n') === b.toString('latin1').replaceAll('\r\n', '\n')
  )
}
