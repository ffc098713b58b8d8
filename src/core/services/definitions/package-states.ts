import { inject, injectable } from 'inversify'
import { KittyError } from '../../errors/kitty-error.js'
import { shownCommand } from '../../errors/next-step.js'
import { emptyWorkPackage, type WorkflowTable, type WorkPackageState } from '../../events-lib.js'
import type { StatedWorkPackage } from '../../specs/work-package-file.js'
import { EventStore } from '../../store/event-store.js'
import { Workflow } from '../../workspace/config.js'
import { knownWorkPackage } from '../known-work-package.js'
import { DefinitionFiles } from './definition-files.js'
import { severalFiles } from './package-places.js'

/** Packages as a board shows them: from the log, or from a file that is not in the log yet. */
@injectable()
export class PackageStates {
  constructor(
    @inject(EventStore) private readonly store: EventStore,
    @inject(DefinitionFiles) private readonly files: DefinitionFiles,
    @inject(Workflow) private readonly workflow: WorkflowTable,
  ) {}

  /**
   * Reads the file only if the log has no event of the package.
   * @throws KittyError UnknownWorkPackage; DamagedData if there is only a file, and it cannot be read; ValidationError if
   * there are several
   */
  async find(feature: string, workPackage: string): Promise<WorkPackageState> {
    const logged = await this.store.workPackage(feature, workPackage)
    if (logged !== undefined) return logged
    const file = (await this.files.read(feature, new Set([workPackage]))).get(workPackage)
    if (file === undefined) return knownWorkPackage(this.store, feature, workPackage)
    if (file.kind === 'stated') return statedState(feature, file.stated, this.workflow)
    if (file.kind === 'twice') throw severalFiles(feature, workPackage, file.files)
    throw new KittyError('DamagedData', `${file.reason}.`, {
      nextSteps: shownCommand(['kitty', 'edit', `${feature}/${workPackage}`], 'correct it'),
      context: { feature_slug: feature, work_package: workPackage, file: file.file },
    })
  }
}

/** The state of a package whose file was taken over and that nothing has happened to. */
export function statedState(
  feature: string,
  { work_package_id, title, priority, dependencies, subtasks }: StatedWorkPackage,
  table: WorkflowTable,
): WorkPackageState {
  return {
    ...emptyWorkPackage(feature, work_package_id, table),
    title,
    priority,
    dependencies,
    subtasks: subtasks.map((id) => ({ id, done: false, event: null })),
  }
}
