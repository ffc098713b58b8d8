import { resolve } from 'node:path'
import { inject, injectable } from 'inversify'
import { Exclusive } from '../../../aspects/exclusive.js'
import { Notices } from '../../errors/notices.js'
import { EventRegistry } from '../../event-registry.js'
import type { Registry, WorkflowTable } from '../../events-lib.js'
import { type Collected, collectFiles } from '../../files/source-files.js'
import { EventStore } from '../../store/event-store.js'
import { refuseArchived } from '../../store/refuse-archived.js'
import type { Definition } from '../../specs/definition.js'
import type { TransferDocument } from '../../transfer/document.js'
import { draftFault } from '../../transfer/draft-fault.js'
import type { Importer } from '../../transfer/formats.js'
import { FeatureLog } from '../../transfer/feature-log.js'
import { parseImportKey } from '../../transfer/keys.js'
import type { ImportRequest } from '../../transfer/import-request.js'
import { laneMap } from '../../transfer/lane-map.js'
import { isZone } from '../../transfer/moment.js'
import { type ImportPlan, type PlannedPackage, planImport } from '../../transfer/plan-import.js'
import { Workflow } from '../../workspace/config.js'
import { Session } from '../../workspace/session.js'
import { Workspace } from '../../workspace/workspace.js'
import { badZone, refuseForeign, unnamed } from './import-failure.js'
import {
  assertPlaces,
  fileFaults,
  filePackages,
  sourceInMeta,
  writeFeatureFiles,
  writePackageFiles,
} from './import-files.js'
import { featureReport, type ImportReport } from './import-report.js'
import { adoptable, type ChosenTarget, chooseTargets, type ImportedCreation } from './import-targets.js'
import { ImportWorkflow } from './import-workflow.js'
import { loggedDefinition } from '../definitions/logged-values.js'
import { Scope } from '../scope.js'
import { OwnWriting, type WrittenFile } from '../definitions/own-writing.js'
import { ImportedTexts } from './imported-texts.js'
import { isInOwnSpecs, pathInCheckout, placeOf } from './source-place.js'
import { UpdatedFiles } from './updated-files.js'
import { keepHeapSmall } from '../../platform/small-heap.js'

export interface ImportBoardRequest {
  readonly importer: Importer
  /** Absolute, or relative to the command's working directory. */
  readonly path: string
  readonly feature: string | undefined
  readonly source: string | undefined
  /** The values of `--map`. */
  readonly maps: readonly string[]
  readonly zone: string | undefined
  readonly dryRun: boolean
  /** The actor for everything that the source attributes to no one. */
  readonly actor: string
  readonly progress: (events: number, total: number) => void
}

interface Reading {
  readonly document: TransferDocument
  readonly collected: Collected
  readonly inPlace: boolean
}

type LoggedTarget = ChosenTarget & { readonly log: FeatureLog }

/** Imports another tool's board into the log, or updates the log from it. */
@injectable()
export class ImportBoard {
  constructor(
    @inject(EventStore) readonly store: EventStore,
    @inject(Workspace) private readonly workspace: Workspace,
    @inject(Workflow) private readonly table: WorkflowTable,
    @inject(Session) private readonly session: Session,
    @inject(Scope) private readonly scope: Scope,
    @inject(EventRegistry) private readonly registry: Registry,
    @inject(Notices) private readonly notices: Notices,
    @inject(ImportWorkflow) private readonly workflow: ImportWorkflow,
    @inject(UpdatedFiles) private readonly updated: UpdatedFiles,
    @inject(OwnWriting) private readonly own: OwnWriting,
  ) {}

  /**
   * Nothing is written where it throws, unless the disk fails after the events: the next import makes the files.
   * @throws KittyError UsageError for an invalid path, source, time zone or map; StateTransitionError for an archived
   *   feature; UnsafeSetup for a link or a file where a feature's folder belongs
   */
  async import(request: ImportBoardRequest): Promise<ImportReport> {
    keepHeapSmall()
    const collected = this.#collect(request)
    if (!request.dryRun) return this.write(collected, request)
    const { plan, report } = await this.#plan(await this.#read(collected, request), request)
    refuseArchived(plan.drafts, await this.store.features())
    return report
  }

  /** Reads the files' content only now: to catch up before takes most of the memory. */
  @Exclusive
  protected async write(collected: Collected, request: ImportBoardRequest): Promise<ImportReport> {
    const reading = await this.#read(collected, request)
    const { plan, targets, texts, report } = await this.#plan(reading, request)
    // Set the workflow first: a log with the events but without the setting would show nine lanes as five.
    if (report.workflow !== null) this.workflow.choose(report.workflow)
    const logs = targets.flatMap(({ log }) => (!reading.inPlace && log.packages.length > 0 ? [log] : []))
    let written = 0
    await this.store.appendForeign(plan.drafts, (events) => {
      for (const log of logs) log.add(events.filter(({ payload }) => payload.feature_slug === log.feature))
      request.progress((written += events.length), plan.drafts.length)
    })
    if (reading.inPlace) return report
    const created = this.#writeFiles(targets, plan.packages, reading.document.format)
    this.#warnOf(texts.secrets)
    return { ...report, files: created + (await this.updated.follow(plan, logs, texts)) }
  }

  #collect({ importer, path, zone }: ImportBoardRequest): Collected {
    if (zone !== undefined && !isZone(zone)) throw badZone(zone)
    const absolute = resolve(this.session.cwd, path)
    return collectFiles(absolute, importer.places, (name) => importer.accepts(name))
  }

  async #read(collected: Collected, { importer, path, zone }: ImportBoardRequest): Promise<Reading> {
    const read = await importer.read(collected.files, { table: this.table, zone })
    const skipped = collected.skipped.map(({ path: file, reason }) => ({ file, line: null, message: reason }))
    const inPlace = importer.format === 'spec-kitty' && isInOwnSpecs(this.workspace, collected.folder)
    const named = inPlace ? adoptable(read) : read
    const document = { ...named, problems: [...skipped, ...named.problems] }
    refuseForeign(document, path)
    return { document, collected, inPlace }
  }

  async #plan(
    { document, collected, inPlace }: Reading,
    request: ImportBoardRequest,
  ): Promise<{
    readonly plan: ImportPlan
    readonly targets: readonly LoggedTarget[]
    readonly texts: ImportedTexts
    readonly report: ImportReport
  }> {
    const { importer, maps, actor } = request
    const isEmpty = (await this.store.trustedClock()) === 0
    const chosen = this.workflow.chosenFor(document, isEmpty, maps)
    const table = chosen ?? this.table
    const source = this.#source(document, collected, request)
    const chosenTargets = chooseTargets({
      document,
      source,
      asked: request.feature,
      inPlace,
      known: await this.scope.features(),
      creations: isEmpty ? [] : await this.#creations(document.format),
      archived: (await this.store.features()).flatMap((row) =>
        row.archived === null ? [] : row.feature_slug,
      ),
    })
    if (!inPlace) assertPlaces(this.workspace, chosenTargets)
    const targets = await Promise.all(
      chosenTargets.map(async (target) => ({
        ...target,
        log: isEmpty
          ? new FeatureLog(target.slug, table)
          : await FeatureLog.of(target.slug, table, this.store.stream({ feature: target.slug })),
        filePackages: filePackages(this.workspace, target.slug),
      })),
    )
    const asked: ImportRequest = {
      document,
      targets,
      table,
      lanes: laneMap(document, table, maps),
      inPlace,
      importer: actor,
      now: this.session.now().toISOString(),
      faultOf: (draft) => draftFault(draft, this.registry),
      fileFaultOf: () => undefined,
    }
    const first = planImport(asked)
    const faults = inPlace ? new Map<string, string>() : await fileFaults(first.packages, document.format)
    const fileFaultOf = (feature: string, id: string): string | undefined => faults.get(`${feature}/${id}`)
    const plan = faults.size === 0 ? first : planImport({ ...asked, fileFaultOf })
    const imported = inPlace ? [] : plan.packages
    const texts = await ImportedTexts.read(this.workspace, imported, document.format, this.own)
    return {
      plan,
      targets,
      texts,
      report: {
        format: importer.format,
        dry_run: request.dryRun,
        in_place: inPlace,
        features: targets.flatMap((target) => featureReport(target, plan.packages)),
        events: plan.drafts.length,
        files: 0,
        workflow: chosen?.name ?? null,
        conflicts: plan.conflicts,
        texts: { changed: texts.changed, kept: texts.kept },
        problems: [...plan.problems, ...texts.problems],
        lost: plan.losses,
      },
    }
  }

  /**
   * The source's name: the requested one, the one stored by an earlier import, the one that the file states, or where
   * the file is.
   */
  #source(document: TransferDocument, collected: Collected, request: ImportBoardRequest): string {
    if (request.source !== undefined) return request.source
    const isEmpty = document.features.length === 0
    if (!isEmpty && document.features.every((feature) => feature.source !== null)) return ''
    const kept =
      request.feature === undefined
        ? undefined
        : sourceInMeta(this.workspace, request.feature, document.format)
    const place = placeOf(collected)
    const source = kept ?? document.source ?? pathInCheckout(this.workspace, place)
    if (source !== undefined || isEmpty) return source ?? ''
    throw unnamed(place)
  }

  /** Keeps little of each event: a source may have created tens of thousands. */
  async #creations(format: string): Promise<ImportedCreation[]> {
    const found: ImportedCreation[] = []
    for (const type of ['SpecCreated', 'WPCreated'])
      for await (const page of this.store.stream({ type }))
        for (const { causation_id, payload } of page) {
          const key = parseImportKey(causation_id)
          if (key?.format !== format) continue
          found.push({ source: key.source, item: key.item, feature: payload.feature_slug })
        }
    return found
  }

  #writeFiles(targets: readonly LoggedTarget[], packages: readonly PlannedPackage[], format: string): number {
    const logs = new Map(targets.map(({ slug, log }) => [slug, log]))
    // A person may have changed a package since an earlier import made it and was killed before its file.
    const definitionOf = ({
      feature,
      work_package,
      isNew,
      definition,
    }: PlannedPackage): Definition | null => {
      const state = isNew ? undefined : logs.get(feature)?.state(work_package)
      return state === undefined ? definition : loggedDefinition(state)
    }
    const note = (files: readonly WrittenFile[]): void => this.own.keepAll(files)
    for (const target of targets.filter(({ isGone }) => !isGone))
      writeFeatureFiles(this.workspace, target, format, note)
    const { written, secrets } = writePackageFiles(this.workspace, packages, format, definitionOf, note)
    this.#warnOf(secrets)
    return written
  }

  #warnOf(secrets: readonly string[]): void {
    for (const place of secrets)
      this.notices.warn(
        `${place} held what looks like a secret; it was left out of the file. Have it revoked.`,
      )
  }
}
