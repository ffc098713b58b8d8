import { basename, join } from 'node:path'
import { inject, injectable } from 'inversify'
import { encodeEvent, type WorkflowTable } from '../../events-lib.js'
import { counted } from '../../errors/counted.js'
import { Notices } from '../../errors/notices.js'
import { packageFilesIn, readFeature } from '../../specs/feature-folder.js'
import { featureDir, featureName, wordsOfFeature } from '../../specs/feature-name.js'
import { readSpecFile } from '../../specs/read-spec-file.js'
import { spellWorkPackageId } from '../../specs/work-package-id.js'
import { EventStore } from '../../store/event-store.js'
import { bodyOfFile, visible } from '../../transfer/text.js'
import type { TransferDocument, TransferFeature, WrittenFile } from '../../transfer/document.js'
import { exportDocument, type ExportedFeature } from '../../transfer/export-document.js'
import type { Exporter } from '../../transfer/formats.js'
import { FeatureLog } from '../../transfer/feature-log.js'
import { Workflow } from '../../workspace/config.js'
import { Workspace } from '../../workspace/workspace.js'
import { escapeHidden } from '../../errors/visible-json.js'

/** Exports the board as another tool's files. Read-only. */
@injectable()
export class ExportBoard {
  constructor(
    @inject(EventStore) private readonly store: EventStore,
    @inject(Workspace) private readonly workspace: Workspace,
    @inject(Workflow) private readonly table: WorkflowTable,
    @inject(Notices) private readonly notices: Notices,
  ) {}

  /**
   * Texts have no invisible characters: who prints such a file would obey them, and an import takes them out anyway.
   * @param feature one feature; if omitted, all that have a package
   */
  async files(exporter: Exporter, feature: string | undefined): Promise<readonly WrittenFile[]> {
    const slugs = feature === undefined ? await this.store.featureSlugs() : [feature]
    const features: ExportedFeature[] = []
    for (const slug of slugs) {
      const log = await FeatureLog.of(slug, this.table, this.store.stream({ feature: slug }))
      if (feature !== undefined || log.packages.length > 0) features.push(await this.#feature(slug, log))
    }
    const document = exportDocument(features, this.table, basename(this.workspace.root))
    const named = exporter.isFolder ? this.#withoutForeignNames(document) : document
    const files = await exporter.write(named, this.table)
    return files.map(({ path, text }) => ({ path, text: visible(text) }))
  }

  /** A folder's files are named for features and packages, and a log may hold any text as such a name. */
  #withoutForeignNames(document: TransferDocument): TransferDocument {
    const features = document.features.flatMap((feature) =>
      featureName(feature.id) === undefined
        ? []
        : [{ ...feature, items: feature.items.filter(({ id }) => spellWorkPackageId(id) === id) }],
    )
    const left = packagesIn(document.features) - packagesIn(features)
    if (left > 0)
      this.notices.warn(
        `${counted(left, 'package')} left out: no file can have a name from the log that kitty would not give. kitty agent events verify shows such names.`,
      )
    return { ...document, features }
  }

  /** Yields events as lines of a log, one page at a time. Invisible characters are escaped, so the values stay. */
  async *lines(feature: string | undefined): AsyncIterable<readonly string[]> {
    for await (const events of this.store.stream(feature === undefined ? {} : { feature }))
      yield events.map((event) => escapeHidden(encodeEvent(event)))
  }

  async #feature(slug: string, log: FeatureLog): Promise<ExportedFeature> {
    const { root, specsDir } = this.workspace
    const known = (await this.store.features()).find((row) => row.feature_slug === slug)
    const dir = featureDir(specsDir, slug)
    const stated =
      dir === undefined ? { title: wordsOfFeature(slug), mission: null } : readFeature(specsDir, slug)
    const tasks = dir === undefined ? undefined : join(dir, 'tasks')
    const files = new Map(
      tasks === undefined
        ? []
        : packageFilesIn(root, tasks).map(({ id, name }) => [id, join(tasks, name)] as const),
    )
    return {
      slug,
      title: known?.title ?? stated.title,
      mission: known?.mission ?? stated.mission,
      createdAt: known?.created_at ?? null,
      createdBy: known?.created_by ?? null,
      log,
      bodyOf: (workPackage) => {
        const path = files.get(workPackage)
        return path === undefined ? '' : this.#textOf(path)
      },
    }
  }

  #textOf(path: string): string {
    const file = readSpecFile(this.workspace.root, path)
    if (file.ok) return bodyOfFile(file.bytes.toString('utf8'))
    if (!file.missing) this.notices.warn(`The export lacks the text of a package: ${file.reason}.`)
    return ''
  }
}

function packagesIn(features: readonly TransferFeature[]): number {
  return features.reduce((sum, { items }) => sum + items.length, 0)
}
