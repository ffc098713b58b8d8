import { join } from 'node:path'
import { inject, injectable } from 'inversify'
import { answered } from '../../git/answered.js'
import { lookInside } from '../../files/work-tree.js'
import { askGit, askGitFields, askGitText } from '../../git/git.js'
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
    const mark = (id: string): MarkDocument => {
      if (isTeam && !this.#wasHere(feature, id)) return elsewhere(this.#remoteBranch(feature, id))
      return kept === 'all' || kept.has(id) ? NOT_CHECKED_OUT : missing(feature, id)
    }
    return new Map(ids.map((id) => [id, mark(id)] as const))
  }

  /** Whether a commit of HEAD has or had the package's file. "Could not find out" counts as yes. */
  #wasHere(feature: string, id: string): boolean {
    const args = ['log', '-1', '--format=%h', 'HEAD', '--', this.#files(feature, id)]
    const found = answered(() => askGit(this.workspace.root, args))
    return found === undefined || found.length > 0
  }

  /** A branch of a remote that has the package's file. */
  #remoteBranch(feature: string, id: string): string | undefined {
    const { root } = this.workspace
    const branches = ['--sort=-committerdate', '--format=%(refname:short)', 'refs/remotes']
    const refs = (answered(() => askGitText(root, ['for-each-ref', ...branches])) ?? '').split('\n')
    const folder = this.#folder(feature)
    return refs
      .filter(Boolean)
      .slice(0, MOST_BRANCHES)
      .find((ref) => {
        const names = answered(() =>
          askGitFields(root, ['ls-tree', '-z', '--name-only', ref, '--', `${folder}/`]),
        )
        return names?.some((name) => workPackageIdOfFile(name.slice(name.lastIndexOf('/') + 1)) === id)
      })
  }

  #folder(feature: string): string {
    const { root, specsDir } = this.workspace
    return repoPath(root, join(specsDir, feature, 'tasks'))
  }

  #files(feature: string, id: string): string {
    return `:(glob)${this.#folder(feature)}/${id}[!0-9]*`
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
