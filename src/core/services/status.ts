import { inject, injectable } from 'inversify'
import { TOKENS } from '../di/tokens.js'
import type { WorkflowTable } from '../events-lib.js'
import { board, boardFeatures } from '../projections/board.js'
import type { StatusDocument } from '../projections/board-document.js'
import type { EventStore } from '../store/event-store.js'
import type { LaneFiles } from './lane-files.js'

/** The board, from the index's one row a package. */
@injectable()
export class Status {
  constructor(
    @inject(TOKENS.EventStore) private readonly store: EventStore,
    @inject(TOKENS.Workflow) private readonly workflow: WorkflowTable,
    @inject(TOKENS.LaneFiles) private readonly laneFiles: LaneFiles,
  ) {}

  /** @param feature One feature's board, or everything that is in the log. */
  async board(feature?: string): Promise<StatusDocument> {
    const rows = await this.store.features()
    const states = await this.store.workPackages(feature)
    const features = boardFeatures(rows, states, feature)
    return board({ features, states, table: this.workflow, fileOf: this.laneFiles.fileOf })
  }
}
