import { join } from 'node:path'
import { inject, injectable } from 'inversify'
import { answered } from '../../git/answered.js'
import { lookInside } from '../../files/work-tree.js'
import { namesAtRemotes, namesEver } from '../../git/folder-names.js'
import { askGit, askGitFields } from '../../git/git.js'
import type { MarkDocument } from '../../projections/marks.js'
import { featureDir } from '../../specs/feature-name.js'
import { workPackageIdOfFile } from '../../specs/work-package-id.js'
import { Workspace } from '../../workspace/workspace.js'
import { repoPath } from '../../platform/paths.js'
import { toRun } from '../../errors/next-step.js'

/** Tells a package whose file was deleted from one that git keeps out of this work tree. */
@injectable()
export class MissingFiles {
  constructor(@inject(Workspace) private readonly workspace: Workspace) {}

  /**
   * @param ids packages of the log that have no file here
   * @param isTeam other clones' packages come by the hub, before any branch brings their files
   */
  marks(feature: string, ids: readonly string[], isTeam = false): Map<string, MarkDocument> {
    if (ids.length === 0) return new Map()
    const kept = this.#keptOut(feature)
    const brought = isTeam ? this.#neverHere(feature, ids) : new Map<string, MarkDocument>()
    const here = (id: string): MarkDocument =>
      kept === 'all' || kept.has(id) ? NOT_CHECKED_OUT : missing(feature, id)
    return new Map(ids.map((id) => [id, brought.get(id) ?? here(id)] as const))
  }

  /** Packages whose file no commit of HEAD has or had. "Could not find out" counts as had. */
  #neverHere(feature: string, ids: readonly string[]): Map<string, MarkDocument> {
    const { root } = this.workspace
    const folder = this.#folder(feature)
    const known = answered(() => packagesOf(namesEver(root, folder)))
    const unknown = known === undefined ? [] : ids.filter((id) => !known.has(id))
    if (unknown.length === 0) return new Map()
    const branches = new Map<string, string>()
    for (const [branch, names] of answered(() => namesAtRemotes(root, folder, MOST_BRANCHES)) ?? [])
      for (const id of packagesOf(names)) if (!branches.has(id)) branches.set(id, branch)
    return new Map(unknown.map((id) => [id, elsewhere(branches.get(id))] as const))
  }

  #folder(feature: string): string {
    const { root, specsDir } = this.workspace
    return repoPath(root, join(specsDir, feature, 'tasks'))
  }

  /** Packages whose files git leaves out here. Returns 'all' if this branch has no such folder or git cannot tell. */
  #keptOut(feature: string): 'all' | ReadonlySet<string> {
    const { root, specsDir } = this.workspace
    const dir = featureDir(specsDir, feature)
    if (dir === undefined) return 'all'
    const kept = answered((): 'all' | ReadonlySet<string> => {
      const folder = repoPath(root, join(dir, 'tasks'))
      const entries = askGitFields(root, ['--literal-pathspecs', 'ls-files', '-t', '-z', '--', folder])
      const skipped = entries.filter((entry) => entry.startsWith('S '))
      const isHere = lookInside(root, dir).state === 'folder'
      if (!isHere && entries.length === 0 && !this.#isInHead(dir)) return 'all'
      return new Set(
        skipped.flatMap((entry) => workPackageIdOfFile(entry.slice(entry.lastIndexOf('/') + 1)) ?? []),
      )
    })
    return kept ?? 'all'
  }

  #isInHead(dir: string): boolean {
    const { root } = this.workspace
    return (askGit(root, ['ls-tree', '-d', 'HEAD', '--', repoPath(root, dir)]) ?? '').length > 0
  }
}

/** The packages that have a file of one of these names. */
function packagesOf(names: Iterable<string>): Set<string> {
  return new Set([...names].flatMap((name) => workPackageIdOfFile(name) ?? []))
}

/** Branches that are searched for a file, the newest first. */
const MOST_BRANCHES = 50

function elsewhere(branch: string | undefined): MarkDocument {
  return {
    mark: 'elsewhere',
    text: `it was made on another branch${branch === undefined ? '' : `, ${branch}`}; this one never had its file`,
  }
}

const NOT_CHECKED_OUT: MarkDocument = {
  mark: 'not checked out',
  text: 'its file is not in this work tree: git leaves it out, or the branch does not have it',
}

function missing(feature: string, id: string): MarkDocument {
  const place = `${feature}/${id}`
  const words = ['kitty', 'cancel', place, '--reason', 'why']
  return {
    mark: 'missing',
    text: `its file is gone: restore it, or${toRun(words, '')}; after a new number: --reason "now WP07"`,
  }
}
