import { basename, join } from 'node:path'
import { inject, injectable } from 'inversify'
import { KittyError } from '../../errors/kitty-error.js'
import { sentence, shownCommand } from '../../errors/next-step.js'
import { repoPath } from '../../platform/paths.js'
import { noFolder, packageFilesIn } from '../../specs/feature-folder.js'
import { featureDir } from '../../specs/feature-name.js'
import { lastPackageId, nextPackageId } from '../../specs/new-package.js'
import { readSpecFile } from '../../specs/read-spec-file.js'
import { EventStore } from '../../store/event-store.js'
import { Workspace } from '../../workspace/workspace.js'

/** Where packages' files are, for commands that write them: always in the primary checkout. */
@injectable()
export class PackagePlaces {
  constructor(
    @inject(EventStore) private readonly store: EventStore,
    @inject(Workspace) private readonly workspace: Workspace,
  ) {}

  /** The folder of a feature's package files, absolute. @throws KittyError UsageError if the feature has no folder */
  tasks(feature: string): string {
    const { root, specsDir } = this.workspace
    const dir = featureDir(specsDir, feature)
    const missing = dir === undefined ? `${feature} is not a folder's name` : noFolder(root, dir)
    if (dir !== undefined && missing === undefined) return join(dir, 'tasks')
    throw new KittyError('UsageError', `${feature} has no folder here: ${missing ?? ''}`, {
      nextSteps: [
        ...shownCommand(['kitty', 'agent', 'feature', 'setup-spec', feature], 'make it'),
        ...shownCommand(['kitty', 'archive', feature], 'or, if it is over'),
      ],
      context: { feature_slug: feature },
    })
  }

  /** Every package's files; paths are relative to the repository's root. */
  all(feature: string): { readonly id: string; readonly path: string }[] {
    const tasks = this.tasks(feature)
    return packageFilesIn(this.workspace.root, tasks).map(({ id, name }) => ({
      id,
      path: this.short(join(tasks, name)),
    }))
  }

  /** The paths of a package's files, relative to the repository's root. */
  filesOf(feature: string, workPackage: string): string[] {
    return this.all(feature).flatMap(({ id, path }) => (id === workPackage ? [path] : []))
  }

  /**
   * The package's only file, absolute.
   * @throws KittyError UnknownWorkPackage if it has none, ValidationError if it has several
   */
  file(feature: string, workPackage: string): string {
    const files = this.filesOf(feature, workPackage)
    const [one, ...others] = files
    if (one === undefined) throw noFile(feature, workPackage)
    if (others.length > 0) throw severalFiles(feature, workPackage, files)
    return join(this.workspace.root, one)
  }

  /** IDs of all packages of the feature: those in the log and those that only have a file. */
  async known(feature: string): Promise<Set<string>> {
    const rows = await this.store.boardRows(feature)
    const files = packageFilesIn(this.workspace.root, this.tasks(feature))
    return new Set([...rows.map((row) => row.work_package_id), ...files.map(({ id }) => id)])
  }

  /** The next free ID of the feature. @throws KittyError UsageError if no number is left after the last one */
  async nextId(feature: string): Promise<string> {
    const known = await this.known(feature)
    const next = nextPackageId(known)
    if (next !== undefined) return next
    const last = lastPackageId(known) ?? ''
    throw noNumberLeft(feature, last, this.filesOf(feature, last))
  }

  /** @throws KittyError UnknownWorkPackage for the first of these that the feature does not have */
  async assertKnown(feature: string, ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return
    const known = [...(await this.known(feature))]
    const unknown = ids.find((id) => !known.includes(id))
    if (unknown === undefined) return
    throw new KittyError('UnknownWorkPackage', `${feature} has no work package ${unknown}.`, {
      nextSteps: [known.length === 0 ? 'It has none yet: leave --after out.' : sentence`There are: ${known}`],
      context: { feature_slug: feature, work_package: unknown, known },
    })
  }

  /** @param path absolute @throws KittyError DamagedData */
  read(path: string): Buffer {
    return this.#read(this.workspace.root, path)
  }

  /** The package's file in the worktree that the command runs in. @throws KittyError UsageError, DamagedData */
  readCopyHere(feature: string, workPackage: string): Buffer {
    const { root, worktree } = this.workspace
    if (worktree === root)
      throw new KittyError(
        'UsageError',
        'You are in the primary checkout: its file is the one that counts.',
        {
          nextSteps: shownCommand(['kitty', 'sync', feature]),
        },
      )
    return this.#read(worktree, join(worktree, this.short(this.file(feature, workPackage))))
  }

  /** Relative to the repository's root. */
  short(path: string): string {
    return repoPath(this.workspace.root, path)
  }

  #read(root: string, path: string): Buffer {
    const read = readSpecFile(root, path)
    if (read.ok) return read.bytes
    throw new KittyError('DamagedData', `${read.reason}.`, {
      nextSteps: ['Correct that and run the command again.'],
      context: { file: path },
    })
  }
}

function noFile(feature: string, workPackage: string): KittyError {
  return new KittyError(
    'UnknownWorkPackage',
    `${workPackage} of ${feature} has no file in the primary checkout.`,
    {
      nextSteps: [
        'Restore the file with git, or switch to the branch that has it.',
        ...shownCommand(['kitty', 'status', '--feature', feature]),
      ],
      context: { feature_slug: feature, work_package: workPackage },
    },
  )
}

function noNumberLeft(feature: string, last: string, files: readonly string[]): KittyError {
  const where = files.length === 0 ? 'in the log' : files.join(', ')
  return new KittyError(
    'UsageError',
    `${feature} has no number left for another package: the last one is ${last}, ${where}.`,
    {
      nextSteps:
        files.length === 0
          ? ['Make a feature of its own for the packages to come.']
          : [
              sentence`If it is a mistake, give the file a lower number, in its name and its front matter: ${files}`,
            ],
      context: { feature_slug: feature, work_package: last, files },
    },
  )
}

/** Several files have the ID of one package. */
export function severalFiles(feature: string, workPackage: string, files: readonly string[]): KittyError {
  return new KittyError('ValidationError', `${workPackage} has ${files.length} files: ${files.join(', ')}.`, {
    nextSteps: files.flatMap((file) =>
      shownCommand(['kitty', 'renumber', `${feature}/${workPackage}`, basename(file)], 'one of'),
    ),
    context: { feature_slug: feature, work_package: workPackage, files },
  })
}
