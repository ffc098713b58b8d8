import { inject, injectable } from 'inversify'
import { DEFAULT_WORKFLOW, REVIEWED_WORKFLOW, type WorkflowTable } from '../events-lib.js'
import { LIMITS, putInside, readOwn } from '../files/work-tree.js'
import type { TransferDocument } from '../transfer/document.js'
import { isJson, type Json, parseJson } from '../transfer/json.js'
import { Workflow } from '../workspace/config.js'
import { Workspace } from '../workspace/workspace.js'

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
    if (!isEmpty || maps.length > 0 || Object.hasOwn(this.#settings(), 'workflow')) return undefined
    const named = [DEFAULT_WORKFLOW, REVIEWED_WORKFLOW].find(({ name }) => name === document.workflow)
    return named === undefined || named.name === this.table.name ? undefined : named
  }

  /** @throws KittyError as {@link putInside} */
  choose(name: string): void {
    const settings = { ...this.#settings(), workflow: name }
    putInside(
      this.workspace.root,
      this.workspace.configFile,
      Buffer.from(`${JSON.stringify(settings, null, 2)}\n`),
    )
  }

  /** The file was already read and checked when the workflow table was resolved. */
  #settings(): Json {
    const { root, configFile } = this.workspace
    const text = readOwn(root, configFile, LIMITS.config)?.toString('utf8') ?? '{}'
    const parsed = parseJson(text.replace(/^\uFEFF/, ''))
    return parsed.ok && isJson(parsed.value) ? parsed.value : {}
  }
}
