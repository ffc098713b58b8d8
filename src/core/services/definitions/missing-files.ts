import { join } from 'node:path'
import { inject, injectable } from 'inversify'
import { isKittyError } from '../../errors/kitty-error.js'
import { lookInside } from '../../files/work-tree.js'
import { askGit, askGitFields, askGitText, GitRefusal } from '../../git/git.js'
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
    const found = askGit(this.workspace.root, [
      'log',
      '-1',
      '--format=%h',
      'HEAD',
      '--',
      this.#files(feature, id),
    ])
    return found === undefined || found.length > 0
  }

  /** A branch of a remote that has the package's file. */
  #remoteBranch(feature: string, id: string): string | undefined {
    const { root } = this.workspace
    const refs = (
      askGitText(root, [
        'for-each-ref',
        '--sort=-committerdate',
        '--format=%(refname:short)',
        'refs/remotes',
      ]) ?? ''
    ).split('\n')
    const folder = this.#folder(feature)
    return refs
      .filter(Boolean)
      .slice(0, MOST_BRANCHES)
      .find((ref) => {
        const names = (askGitText(root, ['ls-tree', '--name-only', ref, '--', `${folder}/`]) ?? '').split(
          '\n',
        )
        return names.some((name) => workPackageIdOfFile(name.slice(name.lastIndexOf('/') + 1)) === id)
      })
  }

  #folder(feature: string): string {
    const { root, specsDir } = this.workspace
    return repoPath(root, join(specsDir, feature, 'tasks'))
  }

  #files(feature: string, id: string): string {
    return `:(glob)${this.#folder(feature)}/${id}*`
  }

  /** Packages whose files git leaves out here. Returns 'all' if this branch has no such folder or git cannot tell. */
  #keptOut(feature: string): 'all' | ReadonlySet<string> {
    const { root, specsDir } = this.workspace
    const dir = featureDir(specsDir, feature)
    if (dir === undefined) return 'all'
    try {
      const folder = repoPath(root, join(dir, 'tasks'))
      const entries = askGitFields(root, ['--literal-pathspecs', 'ls-files', '-t', '-z', '--', folder])
      const skipped = entries.filter((entry) => entry.startsWith('S '))
      const isHere = lookInside(root, dir).state === 'folder'
      if (!isHere && entries.length === 0 && !this.#isInHead(dir)) return 'all'
      return new Set(
        skipped.flatMap((entry) => workPackageIdOfFile(entry.slice(entry.lastIndexOf('/') + 1)) ?? []),
      )
    } catch (error) {
      if (error instanceof GitRefusal || isKittyError(error)) return 'all'
      throw error
    }
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
