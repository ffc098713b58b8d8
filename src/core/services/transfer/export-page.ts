import { basename } from 'node:path'
import { inject, injectable } from 'inversify'
import type { WorkflowTable } from '../../events-lib.js'
import { boardPage } from '../../pictures/board-page.js'
import { EventStore } from '../../store/event-store.js'
import { visible } from '../../transfer/text.js'
import { Workflow } from '../../workspace/config.js'
import { Workspace } from '../../workspace/workspace.js'
import { Flow } from '../board/flow.js'
import { Status } from '../board/status.js'

/** Exports board and flow as one HTML file, without script and without network. Read-only. */
@injectable()
export class ExportPage {
  constructor(
    @inject(EventStore) private readonly store: EventStore,
    @inject(Status) private readonly status: Status,
    @inject(Flow) private readonly flow: Flow,
    @inject(Workflow) private readonly table: WorkflowTable,
    @inject(Workspace) private readonly workspace: Workspace,
  ) {}

  /** @param feature limits the page to one feature; otherwise all that are not archived */
  page(feature: string | undefined): Promise<string> {
    return this.store.snapshot(async () =>
      visible(
        boardPage({
          title: basename(this.workspace.root),
          board: await this.status.board(feature),
          flow: await this.flow.figures(feature),
          table: this.table,
        }),
      ),
    )
  }
}
