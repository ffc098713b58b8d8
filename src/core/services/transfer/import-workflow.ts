import { inject, injectable } from 'inversify'
import { DEFAULT_WORKFLOW, REVIEWED_WORKFLOW, type WorkflowTable } from '../../events-lib.js'
import type { TransferDocument } from '../../transfer/document.js'
import { changeSettings } from '../../workspace/change-settings.js'
import { readSettings, Workflow } from '../../workspace/config.js'
import { Workspace } from '../../workspace/workspace.js'

/** The workflow setting. An import chooses it only if the log is empty. */
@injectable()
export class ImportWorkflow {
  constructor(
    @inject(Workspace) private readonly workspace: Workspace,
    @inject(Workflow) private readonly table: WorkflowTable,
  ) {}

  /** The workflow table that the import will set. Undefined if the setting stays unchanged. */
  chosenFor(
    document: TransferDocument,
    isEmpty: boolean,
    maps: readonly string[],
  ): WorkflowTable | undefined {
    // An explicit setting and a map each say which lanes are meant.
    if (!isEmpty || maps.length > 0 || this.#isSet()) return undefined
    const named = [DEFAULT_WORKFLOW, REVIEWED_WORKFLOW].find(({ name }) => name === document.workflow)
    return named === undefined || named.name === this.table.name ? undefined : named
  }

  /** @throws KittyError as {@link changeSettings} */
  choose(name: string): void {
    changeSettings(this.workspace, (settings) => ({ ...settings, workflow: name }))
  }

  #isSet(): boolean {
    const { root, configFile } = this.workspace
    return Object.hasOwn(readSettings(root, configFile).settings, 'workflow')
  }
}
