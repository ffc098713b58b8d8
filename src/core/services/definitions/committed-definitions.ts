import { join } from 'node:path'
import { inject, injectable } from 'inversify'
import { isKittyError } from '../../errors/kitty-error.js'
import { fileVersions, type FileVersion } from '../../git/file-history.js'
import { GitRefusal } from '../../git/git.js'
import type { DefinitionSource } from '../../events-lib.js'
import type { Definition } from '../../specs/definition.js'
import { readSpecFile } from '../../specs/read-spec-file.js'
import { readWorkPackage } from '../../specs/work-package-file.js'
import { Workspace } from '../../workspace/workspace.js'

/** What git knows about a package's file. Queried once per file and command. No answer counts as no evidence. */
@injectable()
export class CommittedDefinitions {
  readonly #versions = new Map<string, readonly FileVersion[]>()

  constructor(@inject(Workspace) private readonly workspace: Workspace) {}

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
    const versions = this.#ask(file)
    this.#versions.set(file, versions)
    return versions
  }

  #ask(file: string): readonly FileVersion[] {
    try {
      return fileVersions(this.workspace.root, file)
    } catch (error) {
      if (error instanceof GitRefusal || isKittyError(error)) return []
      throw error
    }
  }
}

/** Compares text while ignoring line ends, which may differ between a commit and the work tree. */
function sameText(a: Buffer, b: Buffer): boolean {
  return (
    a.equals(b) ||
    a.toString('latin1').replaceAll('\r\n', '\n') === b.toString('latin1').replaceAll('\r\n', '\n')
  )
}
