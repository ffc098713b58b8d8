import { dirname, join } from 'node:path'
import { inject, injectable } from 'inversify'
import { isKittyError } from '../../errors/kitty-error.js'
import type { BoardRow } from '../../index/board-row.js'
import type { FileOf } from '../../projections/work-packages.js'
import { featureDir } from '../../specs/feature-name.js'
import { readLane, setLane } from '../../specs/front-matter.js'
import { readSpecFile } from '../../specs/read-spec-file.js'
import { workPackageIdOfFile } from '../../specs/work-package-id.js'
import { removeLeftTemporaries } from '../../files/left-temporaries.js'
import { changeFile, type Rewrite } from '../../files/put-over.js'
import type { FileRead } from '../../files/read-plain.js'
import { folderIdentity } from '../../files/settled-identity.js'
import { assertReachable, listInside } from '../../files/work-tree.js'
import { Workspace } from '../../workspace/workspace.js'
import { Notices } from '../../errors/notices.js'
import { repoPath } from '../../platform/paths.js'

export interface LaneDifference {
  /** Relative to the repository's root. */
  readonly file: string
  /** The lane in the log. */
  readonly lane: string
  readonly stated?: string
  /** Why kitty cannot correct the file. */
  readonly problem?: string
}

/** A feature's files by package, and the state of their folder when they were listed. */
interface Listing {
  readonly identity: string
  readonly files: ReadonlyMap<string, string>
}

/** A package's identity and lane. `lane_actor` is null until someone moves the package. */
type Lane = Pick<BoardRow, 'feature_slug' | 'work_package_id' | 'lane' | 'lane_actor'>

/** The work packages' files: finding them, and updating the `lane:` line that repeats the log. */
@injectable()
export class LaneFiles {
  readonly #listings = new Map<string, Listing>()
  /** Features whose folder was compared with its listing in this turn: once for a whole board. */
  #compared: Set<string> | undefined
  /** Features all of whose files this run of moves has settled; undefined outside of one. */
  #settled: Set<string> | undefined

  constructor(
    @inject(Workspace) private readonly workspace: Workspace,
    @inject(Notices) private readonly notices: Notices,
  ) {}

  readonly fileOf: FileOf = (feature, workPackage) => {
    return this.#filesOf(feature).get(workPackage) ?? null
  }

  /**
   * Writes each package's lane into its file if the file states another one. This also repairs a line that an earlier
   * command could not write. Never throws, since the log already has the truth.
   * @param moved packages whose files get a `lane:` line if they have none
   */
  settle(packages: readonly Lane[], moved: ReadonlySet<string>): void {
    for (const { feature_slug, work_package_id, lane, lane_actor } of packages) {
      // Until someone moves a package, the lane in its file belongs to its author.
      if (lane_actor === null) continue
      const file = this.#filesOf(feature_slug).get(work_package_id)
      if (file === undefined) continue
      const problem = settleFile(this.workspace.root, file, lane, moved.has(work_package_id))
      if (problem !== undefined) this.notices.warn(`The lane in ${file} was not updated: ${problem}.`)
    }
  }

  /** Runs moves one after another. Only the first of a feature's settles the files of the packages that do not move. */
  async inOneRun<T>(moves: () => Promise<T>): Promise<T> {
    this.#settled = new Set()
    try {
      return await moves()
    } finally {
      this.#settled = undefined
    }
  }

  /** Whether the caller, who is about to settle the feature's files, has to settle those of every package. */
  settlesAll(feature: string): boolean {
    const isFirst = this.#settled?.has(feature) !== true
    this.#settled?.add(feature)
    return isFirst
  }

  /**
   * Lets a command that writes into a package's file after its event check the path first. Refuses a file behind a
   * link.
   * @throws KittyError UnsafeSetup
   */
  assertReachable(feature: string, workPackage: string): void {
    const { root, specsDir } = this.workspace
    const dir = featureDir(specsDir, feature)
    if (dir === undefined) return
    assertReachable(root, join(dir, 'tasks'))
    const file = this.fileOf(feature, workPackage)
    if (file !== null) assertReachable(root, join(root, file))
  }

  /** Files whose `lane:` line differs from the log, and files that cannot be read. */
  differing(packages: readonly Lane[]): LaneDifference[] {
    return packages.flatMap((state): LaneDifference[] => {
      const file = this.#filesOf(state.feature_slug).get(state.work_package_id)
      // Until someone moves a package, the lane in its file belongs to its author.
      if (file === undefined || state.lane_actor === null) return []
      const read = readSpecFile(this.workspace.root, join(this.workspace.root, file))
      if (!read.ok) return [{ file, lane: state.lane, problem: read.reason }]
      const stated = readLane(read.bytes)
      if (stated === undefined || stated === state.lane) return []
      const change = setLane(read.bytes, state.lane)
      return [{ file, lane: state.lane, stated, ...(!change.ok && { problem: change.problem }) }]
    })
  }

  /** Paths by package, relative to the repository's root. */
  #filesOf(feature: string): ReadonlyMap<string, string> {
    const known = this.#listings.get(feature)
    if (known !== undefined && this.#compared?.has(feature) === true) return known.files
    const { root, specsDir } = this.workspace
    const dir = featureDir(specsDir, feature)
    if (dir === undefined) return new Map<string, string>()
    const folder = join(dir, 'tasks')
    // Before the names: what comes in between is listed again. Others add and rename files while this process runs.
    const identity = folderIdentity(folder)
    const isSame = known?.identity === identity
    const files = isSame ? known.files : listWorkPackageFiles(root, folder)
    if (!isSame) this.#listings.set(feature, { identity, files })
    this.#compare(feature)
    return files
  }

  #compare(feature: string): void {
    if (this.#compared === undefined) {
      this.#compared = new Set()
      queueMicrotask(() => {
        this.#compared = undefined
      })
    }
    this.#compared.add(feature)
  }
}

function listWorkPackageFiles(root: string, dir: string): Map<string, string> {
  const files = new Map<string, string>()
  // Computed once per folder: once per package would cost a board as much as reading its rows.
  const folder = repoPath(root, dir)
  const names = listInside(root, dir).map((entry) => entry.name)
  for (const name of names.sort()) {
    const id = workPackageIdOfFile(name)
    // If two files claim one package, the first by name counts. finalize-tasks refuses such a folder.
    if (id !== undefined && !files.has(id)) files.set(id, `${folder}/${name}`)
  }
  return files
}

function settleFile(root: string, relativePath: string, lane: string, add: boolean): string | undefined {
  const path = join(root, relativePath)
  let statement: Statement = {}
  const change = (): Rewrite | undefined => (statement = stating(readSpecFile(root, path), lane, add)).rewrite
  try {
    if (changeFile(root, path, change)) removeLeftTemporaries(root, dirname(path))
    return add ? statement.problem : undefined
  } catch (error) {
    if (isKittyError(error)) return error.message
    throw error
  }
}

/** What makes a file state a lane, or why it cannot; neither if it does, or states none and is to have none. */
interface Statement {
  readonly rewrite?: Rewrite
  readonly problem?: string
}

function stating(file: FileRead, lane: string, add: boolean): Statement {
  if (!file.ok) return { problem: file.reason }
  const stated = readLane(file.bytes)
  if (stated === lane || (stated === undefined && !add)) return {}
  const set = setLane(file.bytes, lane)
  if (!set.ok) return { problem: set.problem }
  return set.changed ? { rewrite: { before: file.bytes, after: set.bytes } } : {}
}
