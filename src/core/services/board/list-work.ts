import { inject, injectable } from 'inversify'
import type { WorkflowTable } from '../../events-lib.js'
import type { ReadyDocument, WorkPackageDocument } from '../../projections/board-document.js'
import { laneKind, laneRank } from '../../rules/lane-kinds.js'
import { DEFAULT_PRIORITY } from '../../specs/priority.js'
import { compareWorkPackages } from '../../specs/work-package-id.js'
import { EventStore } from '../../store/event-store.js'
import { Workflow } from '../../workspace/config.js'
import { TaskQueries } from './task-queries.js'

export interface WorkFilter {
  /** In the order in which to list them. */
  readonly features: readonly string[]
  readonly lane?: string | undefined
  readonly tag?: string | undefined
  /** Who moved the package last. */
  readonly actor?: string | undefined
  /** Only packages that wait for others. */
  readonly blocked: boolean
  /** Only packages whose file and log differ. */
  readonly changed: boolean
  /** Also what is done or canceled. */
  readonly all: boolean
}

/** A package with its priority, which decides its place among packages in the same state. */
export interface ListedDocument extends WorkPackageDocument {
  /** 0 … 4, 0 the most urgent. */
  readonly priority: number
}

/**
 * Something to do now: a package to start, one that came back, one to review, or one that waits for dropped work, about
 * which someone has to decide.
 */
export interface OfferedDocument extends ReadyDocument, ListedDocument {
  readonly why: 'rework' | 'review' | 'ready' | 'decision'
}

/** Lists of work across features. */
@injectable()
export class ListWork {
  constructor(
    @inject(TaskQueries) private readonly queries: TaskQueries,
    @inject(EventStore) private readonly store: EventStore,
    @inject(Workflow) private readonly workflow: WorkflowTable,
  ) {}

  /** What is in work first, then rework, reviews and what waits. @throws KittyError UsageError for an unknown lane */
  async list(asked: WorkFilter): Promise<ListedDocument[]> {
    const { features, lane, tag } = asked
    const lists = await Promise.all(features.map((feature) => this.queries.list({ feature, lane, tag })))
    return this.#chosen(await this.#withPriority(lists.flat()), asked)
  }

  #chosen(
    listed: readonly ListedDocument[],
    { features, lane, actor, blocked, changed, all }: WorkFilter,
  ): ListedDocument[] {
    return listed
      .filter((one) => all || lane !== undefined || !this.#isOver(one))
      .filter((one) => actor === undefined || one.actor === actor)
      .filter((one) => !blocked || one.blocked_by.length > 0 || one.lane === 'blocked')
      .filter((one) => !changed || one.marks.length > 0)
      .sort((a, b) => this.#byUrgency(a, b, features))
  }

  /** Rework, reviews, packages that can be started, then those that wait for dropped work. */
  async ready(features: readonly string[]): Promise<OfferedDocument[]> {
    // Every package is read once: its file is compared with the log, which takes longest.
    const lists = await Promise.all(features.map((feature) => this.queries.list({ feature })))
    const documents = await this.#withPriority(lists.flat())
    const ready = await this.#withPriority(lists.flatMap((list) => this.queries.readyOf(list)))
    const open = this.#chosen(documents, { features, blocked: false, changed: false, all: false })
    const offered = (why: 'rework' | 'review'): OfferedDocument[] =>
      open
        .filter((one) => laneKind(one.lane, this.workflow) === why)
        .map((one) => ({ ...one, unblocks: [], why }))
    const startable = ready
      .map((one): OfferedDocument => ({ ...one, why: 'ready' }))
      .sort((a, b) => this.#byUrgency(a, b, features))
    return [...offered('rework'), ...offered('review'), ...startable, ...this.#undecided(open, documents)]
  }

  #undecided(open: readonly ListedDocument[], all: readonly ListedDocument[]): OfferedDocument[] {
    const dropped = new Set(
      all
        .filter((one) => this.workflow.dropped.includes(one.lane))
        .map((one) => `${one.feature}/${one.work_package}`),
    )
    return open
      .filter(({ feature, blocked_by }) => blocked_by.some((id) => dropped.has(`${feature}/${id}`)))
      .map((one) => ({ ...one, unblocks: [], why: 'decision' }))
  }

  async #withPriority<T extends WorkPackageDocument>(
    documents: readonly T[],
  ): Promise<(T & ListedDocument)[]> {
    const rows = await this.store.boardRows()
    const known = new Map(rows.map((row) => [`${row.feature_slug}/${row.work_package_id}`, row.priority]))
    // A package that is new in its file has no row yet.
    return documents.map((one) => ({
      ...one,
      priority: known.get(`${one.feature}/${one.work_package}`) ?? DEFAULT_PRIORITY,
    }))
  }

  #isOver({ lane }: WorkPackageDocument): boolean {
    return ['done', 'dropped'].includes(laneKind(lane, this.workflow))
  }

  #byUrgency(a: ListedDocument, b: ListedDocument, features: readonly string[]): number {
    return (
      laneRank(a.lane, this.workflow) - laneRank(b.lane, this.workflow) ||
      Math.min(1, a.blocked_by.length) - Math.min(1, b.blocked_by.length) ||
      a.priority - b.priority ||
      features.indexOf(a.feature) - features.indexOf(b.feature) ||
      compareWorkPackages(a.work_package, b.work_package)
    )
  }
}
