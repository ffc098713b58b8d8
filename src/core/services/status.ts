import { inject, injectable } from 'inversify'
import type { WorkflowTable } from '../events-lib.js'
import { board, boardFeatures } from '../projections/board.js'
import type { StatusDocument } from '../projections/board-document.js'
import { type DocumentOf, workPackageDocument, workPackageView } from '../projections/work-packages.js'
import { EventStore } from '../store/event-store.js'
import { Workflow } from '../workspace/config.js'
import { LaneFiles } from './lane-files.js'

/** The board, from the index's one row a package. */
@injectable()
export class Status {
  constructor(
    @inject(EventStore) private readonly store: EventStore,
    @inject(Workflow) private readonly workflow: WorkflowTable,
    @inject(LaneFiles) private readonly laneFiles: LaneFiles,
  ) {}

  /** @param feature One feature's board, or everything that is in the log. */
  board(feature?: string): Promise<StatusDocument> {
    return this.#board(feature, workPackageDocument)
  }

  /** The same for a page: its packages are views, which cannot be spread or written out. */
  view(feature?: string): Promise<StatusDocument> {
    return this.#board(feature, workPackageView)
  }

  async #board(feature: string | undefined, documentOf: DocumentOf): Promise<StatusDocument> {
    const [known, rows] = await this.store.snapshot(async () => [
      await this.store.features(),
      await this.store.boardRows(feature),
    ])
    const features = boardFeatures(known, rows, feature)
    return board({ features, rows, table: this.workflow, fileOf: this.laneFiles.fileOf, documentOf })
  }
}
