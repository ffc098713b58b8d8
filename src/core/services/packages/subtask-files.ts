import { dirname, join } from 'node:path'
import { inject, injectable } from 'inversify'
import { isKittyError } from '../../errors/kitty-error.js'
import { featureDir } from '../../specs/feature-name.js'
import { readSpecFile } from '../../specs/read-spec-file.js'
import { setBoxes } from '../../specs/subtask-boxes.js'
import { removeLeftTemporaries } from '../../files/left-temporaries.js'
import { changeFile, type Rewrite } from '../../files/put-over.js'
import { assertReachable } from '../../files/work-tree.js'
import { Workspace } from '../../workspace/workspace.js'
import { LaneFiles } from '../moves/lane-files.js'
import { Notices } from '../../errors/notices.js'
import { repoPath } from '../../platform/paths.js'

/** A subtask and the package to which it belongs. */
export interface SubtaskPlace {
  readonly id: string
  readonly workPackage: string
}

/** The checkboxes of subtasks in the packages' files and in tasks.md, which repeat what the log says. */
@injectable()
export class SubtaskFiles {
  constructor(
    @inject(Workspace) private readonly workspace: Workspace,
    @inject(LaneFiles) private readonly laneFiles: LaneFiles,
    @inject(Notices) private readonly notices: Notices,
  ) {}

  /** The subtasks that have a checkbox in the given packages' files. */
  boxes(feature: string, workPackages: readonly string[], subtasks: readonly string[]): SubtaskPlace[] {
    return workPackages.flatMap((workPackage) => {
      const path = this.#pathOf(feature, workPackage)
      const file = path === undefined ? undefined : readSpecFile(this.workspace.root, path)
      if (file?.ok !== true) return []
      return setBoxes(file.bytes, subtasks, true).found.map((id) => ({ id, workPackage }))
    })
  }

  /** Checks or clears the boxes. Never throws because of what the files are, since the log already has the truth. */
  settle(feature: string, places: readonly SubtaskPlace[], done: boolean): void {
    for (const workPackage of new Set(places.map((place) => place.workPackage))) {
      const path = this.#pathOf(feature, workPackage)
      if (path !== undefined) this.#settleFile(path, idsOf(places, workPackage), done)
    }
    this.settleList(feature, places, done)
  }

  /** Checks or clears the boxes in tasks.md only. */
  settleList(feature: string, places: readonly SubtaskPlace[], done: boolean): void {
    const path = this.#listOf(feature)
    if (path === undefined) return
    for (const workPackage of new Set(places.map((place) => place.workPackage)))
      this.#settleFile(path, idsOf(places, workPackage), done, workPackage)
  }

  #settleFile(path: string, ids: readonly string[], done: boolean, owner?: string): void {
    const { root } = this.workspace
    const change = (): Rewrite | undefined => {
      const file = readSpecFile(root, path)
      if (!file.ok) {
        if (!file.missing)
          this.notices.warn(`The boxes of ${ids.join(', ')} were not updated: ${file.reason}.`)
        return undefined
      }
      const boxes = setBoxes(file.bytes, ids, done, owner)
      return boxes.changed ? { before: file.bytes, after: boxes.bytes } : undefined
    }
    try {
      if (changeFile(root, path, change)) removeLeftTemporaries(root, dirname(path))
    } catch (error) {
      if (!isKittyError(error)) throw error
      this.notices.warn(
        `The boxes in ${repoPath(this.workspace.root, path)} were not updated: ${error.message}`,
      )
    }
  }

  /** @throws KittyError UnsafeSetup if a box to be changed is behind a link */
  assertReachable(feature: string, workPackages: Iterable<string>): void {
    for (const workPackage of workPackages) this.laneFiles.assertReachable(feature, workPackage)
    const path = this.#listOf(feature)
    if (path !== undefined) assertReachable(this.workspace.root, path)
  }

  /** The path of tasks.md, which lists the subtasks of all packages. */
  #listOf(feature: string): string | undefined {
    const dir = featureDir(this.workspace.specsDir, feature)
    return dir === undefined ? undefined : join(dir, 'tasks.md')
  }

  #pathOf(feature: string, workPackage: string): string | undefined {
    const file = this.laneFiles.fileOf(feature, workPackage)
    return file === null ? undefined : join(this.workspace.root, file)
  }
}

function idsOf(places: readonly SubtaskPlace[], workPackage: string): string[] {
  return places.filter((place) => place.workPackage === workPackage).map(({ id }) => id)
}
