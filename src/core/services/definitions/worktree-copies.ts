import { join } from 'node:path'
import { inject, injectable } from 'inversify'
import { differences } from '../../specs/definition.js'
import { readWorkPackageFile } from '../../specs/work-package-file.js'
import { Workspace } from '../../workspace/workspace.js'
import type { PackageFile } from './definition-files.js'

/**
 * The copies of packages' files in the worktree that a command runs in. Kitty reads only the primary checkout's files.
 */
@injectable()
export class WorktreeCopies {
  constructor(@inject(Workspace) private readonly workspace: Workspace) {}

  /** The absolute path of this worktree's copy if its definition differs. */
  async differing({ file, stated }: PackageFile & { kind: 'stated' }): Promise<string | undefined> {
    const { root, worktree } = this.workspace
    if (worktree === root) return undefined
    const copy = join(worktree, file)
    const read = await readWorkPackageFile(copy, worktree)
    return read.ok && differences(read.workPackage, stated).length > 0 ? copy : undefined
  }
}
