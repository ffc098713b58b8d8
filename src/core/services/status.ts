import { join } from 'node:path'
import { inject, injectable } from 'inversify'
import type { WorkflowTable } from '../events-lib.js'
import { type BoardFeature, board, boardFeatures } from '../projections/board.js'
import type { StatusDocument } from '../projections/board-document.js'
import { type DocumentOf, workPackageDocument, workPackageView } from '../projections/work-packages.js'
import { EventStore } from '../store/event-store.js'
import { Workflow } from '../workspace/config.js'
import { packageFilesIn, readFeature } from '../specs/feature-folder.js'
import { listFeatures } from '../specs/features.js'
import { Workspace } from '../workspace/workspace.js'
import { DefinitionMarks } from './definitions/definition-marks.js'
import { LaneFiles } from './lane-files.js'

/** The board, from the index's one row a package. */
@injectable()
export class Status {
  constructor(
    @inject(EventStore) private readonly store: EventStore,
    @inject(Workflow) private readonly workflow: WorkflowTable,
    @inject(LaneFiles) private readonly laneFiles: LaneFiles,
    @inject(DefinitionMarks) private readonly marks: DefinitionMarks,
    @inject(Workspace) private readonly workspace: Workspace,
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
    return this.store.snapshot(async () => {
      const known = await this.store.features()
      const rows = await this.store.boardRows(feature)
      const features = boardFeatures([...known, ...this.#unknown(known, feature)], rows, feature)
      const slugs = features.map(({ feature_slug }) => feature_slug)
      const marks = await this.marks.of(slugs, rows.length)
      return board({ features, rows, table: this.workflow, fileOf: this.laneFiles.fileOf, documentOf, marks })
    })
  }

  /** Features that have packages' files and no event yet. */
  #unknown(known: readonly BoardFeature[], feature: string | undefined): BoardFeature[] {
    const { root, specsDir } = this.workspace
    const logged = new Set(known.map(({ feature_slug }) => feature_slug))
    return listFeatures(specsDir)
      .filter((slug) => !logged.has(slug) && (feature === undefined || slug === feature))
      .filter((slug) => packageFilesIn(root, join(specsDir, slug, 'tasks')).length > 0)
      .map((slug) => ({ feature_slug: slug, title: readFeature(specsDir, slug).title, conflicts: [] }))
  }
}
