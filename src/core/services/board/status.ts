import { join } from 'node:path'
import { inject, injectable } from 'inversify'
import type { WorkflowTable } from '../../events-lib.js'
import { type BoardFeature, board, boardFeatures } from '../../projections/board.js'
import type { FeatureStatusDocument, StatusDocument } from '../../projections/board-document.js'
import { type BoardMarks, NO_MARKS } from '../../projections/marks.js'
import { type DocumentOf, workPackageDocument, workPackageView } from '../../projections/work-packages.js'
import type { BoardRow } from '../../index/board-row.js'
import type { FeatureRow } from '../../index/event-index.js'
import { EventStore } from '../../store/event-store.js'
import { Workflow } from '../../workspace/config.js'
import { packageFilesIn, readFeature } from '../../specs/feature-folder.js'
import { listFeatures } from '../../specs/features.js'
import { Workspace } from '../../workspace/workspace.js'
import { Leases, leaseIn } from '../claims/leases.js'
import { DefinitionMarks } from '../definitions/definition-marks.js'
import { LaneFiles } from '../moves/lane-files.js'
import { Notices } from '../../errors/notices.js'
import { Archive } from '../../log/archive/archive.js'
import { Redactions } from '../../log/redactions.js'
import { Journal } from '../../log/repair/journal.js'
import { toRun } from '../../errors/next-step.js'

const REDACT = ['kitty', 'agent', 'events', 'redact']

async function notCompared(_: readonly string[], rows: readonly BoardRow[]): Promise<BoardMarks> {
  return { ...NO_MARKS, notCompared: rows.length }
}

/** The board, read from the index, which has one row per package. */
@injectable()
export class Status {
  constructor(
    @inject(EventStore) private readonly store: EventStore,
    @inject(Workflow) private readonly workflow: WorkflowTable,
    @inject(LaneFiles) private readonly laneFiles: LaneFiles,
    @inject(DefinitionMarks) private readonly marks: DefinitionMarks,
    @inject(Workspace) private readonly workspace: Workspace,
    @inject(Leases) private readonly leases: Leases,
    @inject(Redactions) private readonly redactions: Redactions,
    @inject(Journal) private readonly journal: Journal,
    @inject(Archive) private readonly archive: Archive,
    @inject(Notices) private readonly notices: Notices,
  ) {}

  /**
   * @param feature limits the board to one feature, archived or not; otherwise all features, archived ones only if
   * `archived`
   */
  board(feature?: string, archived = false): Promise<StatusDocument> {
    return this.#board(feature, archived, workPackageDocument)
  }

  /** The view from the log alone: compares no file, and says so. For a first frame, until `view` has read the files. */
  glance(feature?: string): Promise<StatusDocument> {
    return this.#board(feature, false, workPackageView, notCompared)
  }

  /** The same board for a page. Its packages are views, which cannot be spread or serialized. */
  view(feature?: string, archived = false): Promise<StatusDocument> {
    return this.#board(feature, archived, workPackageView)
  }

  async #board(
    feature: string | undefined,
    archived: boolean,
    documentOf: DocumentOf,
    marksOf = (features: readonly string[], rows: readonly BoardRow[]) => this.marks.of(features, rows),
  ): Promise<StatusDocument> {
    return this.store.snapshot(async () => {
      const all = await this.store.features()
      if (this.redactions.undecided.length > 0) await this.#nameHidden()
      const away = new Set(
        archived || feature !== undefined
          ? []
          : all.flatMap((row) => (row.archived === null ? [] : [row.feature_slug])),
      )
      const known = all.filter((row) => !away.has(row.feature_slug))
      const everything = await this.store.boardRows(feature)
      const rows = away.size === 0 ? everything : everything.filter((row) => !away.has(row.feature_slug))
      const features = boardFeatures([...known, ...this.#unknown(all, feature)], rows, feature)
      const slugs = features.map(({ feature_slug }) => feature_slug)
      const marks = await marksOf(slugs, rows)
      const document = board({
        features,
        rows,
        table: this.workflow,
        fileOf: this.laneFiles.fileOf,
        documentOf,
        marks,
        leaseOf: leaseIn(await this.leases.of(rows)),
      })
      return { ...document, features: await this.#withArchived(document.features, all) }
    })
  }

  /** Anyone can write a stub, so a person decides what happens to the lines that it hides here. */
  async #nameHidden(): Promise<void> {
    const { hiddenEvents } = await import('../../log/hidden-lines.js')
    const ids = await hiddenEvents(this.redactions, this.journal, this.archive)
    if (ids.length === 0) return
    const named = `${ids.slice(0, 5).join(', ')}${ids.length > 5 ? ` and ${ids.length - 5} more` : ''}`
    this.notices.warn(
      `${ids.length} ${ids.length === 1 ? 'event was' : 'events were'} redacted elsewhere (${named}). To delete what this clone keeps${toRun([...REDACT, '--purge'])}. To take one back${toRun([...REDACT, '--refuse', ids[0] ?? 'EVENT'])}`,
    )
  }

  async #withArchived(
    features: readonly FeatureStatusDocument[],
    rows: readonly FeatureRow[],
  ): Promise<FeatureStatusDocument[]> {
    const archived = new Map(rows.map((row) => [row.feature_slug, row.archived]))
    return Promise.all(
      features.map(async (feature) => {
        const found = archived.get(feature.feature) ?? null
        if (found === null) return feature
        const { at, actor, reason, event } = found
        const [archiving] = await this.store.eventsOf([event])
        const since = await this.store.read({
          feature: feature.feature,
          sinceClock: archiving?.lamport_clock ?? 0,
        })
        const written_since = since.some((one) => one.event_id !== event && one.entity_type !== 'FeatureSpec')
        return { ...feature, archived: { at, actor, reason, written_since } }
      }),
    )
  }

  /** Features that have package files but no events yet. */
  #unknown(known: readonly BoardFeature[], feature: string | undefined): BoardFeature[] {
    const { root, specsDir } = this.workspace
    const logged = new Set(known.map(({ feature_slug }) => feature_slug))
    return listFeatures(specsDir)
      .filter((slug) => !logged.has(slug) && (feature === undefined || slug === feature))
      .filter((slug) => packageFilesIn(root, join(specsDir, slug, 'tasks')).length > 0)
      .map((slug) => ({ feature_slug: slug, title: readFeature(specsDir, slug).title, conflicts: [] }))
  }
}
