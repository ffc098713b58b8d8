import type { LogEvent, MergeOptions, WorkflowTable } from '../events-lib.js'
import type {
  ReportConflictEntity,
  ReportEventEntity,
  ReportFeatureEntity,
  ReportRepoEntity,
  ReportVisitEntity,
  ReportWorkPackageEntity,
} from '../../entities/report/report-entities.js'
import type { BoardRow } from '../index/board-row.js'
import type { FeatureRow } from '../index/event-index.js'
import { openConflicts } from '../projections/conflicts.js'
import { laneTimelines } from '../projections/flow/lane-timeline.js'
import { packageFlow, type PackageFlow } from '../projections/flow/package-flow.js'
import { storable } from './storable.js'

/** A row of a table: an entity's columns. */
type Row<Entity> = { [Column in keyof Entity]: Entity[Column] }

/** Everything that the report has of one repository. */
export interface ReportRows {
  readonly repo: Row<ReportRepoEntity>
  readonly events: readonly Row<ReportEventEntity>[]
  readonly features: readonly Row<ReportFeatureEntity>[]
  readonly packages: readonly Row<ReportWorkPackageEntity>[]
  readonly visits: readonly Row<ReportVisitEntity>[]
  readonly conflicts: readonly Row<ReportConflictEntity>[]
}

export interface ReportFacts {
  readonly repo: string
  readonly name: string
  readonly events: readonly LogEvent[]
  readonly features: readonly FeatureRow[]
  readonly rows: readonly BoardRow[]
  readonly table: WorkflowTable
  readonly rules: MergeOptions
  readonly now: Date
}

/** The report's rows, from the log and the board alone: the same for the same log, but for `written_at`. */
export function reportRows({
  repo,
  name,
  events,
  features,
  rows,
  table,
  rules,
  now,
}: ReportFacts): ReportRows {
  const flows = laneTimelines(events, rules).flatMap(
    (timeline) => packageFlow(timeline, table, now.getTime()) ?? [],
  )
  const flowOf = new Map(flows.map((one) => [`${one.feature}/${one.work_package}`, one]))
  return storable({
    repo: { repo, name, written_at: now },
    events: events.map((event) => eventRow(repo, event)),
    features: features.map(({ feature_slug, title, archived }) => ({
      repo,
      feature_slug,
      title,
      archived: archived !== null,
    })),
    packages: rows.map((row) =>
      packageRow(repo, row, table, flowOf.get(`${row.feature_slug}/${row.work_package_id}`)),
    ),
    visits: flows.flatMap((one) => visitRows(repo, one)),
    conflicts: openConflicts(rows, features).map(({ feature, entity_id, register, events: writes }) => ({
      repo,
      feature_slug: feature,
      entity_id,
      register,
      event_ids: writes.map(({ event_id }) => event_id),
    })),
  })
}

function eventRow(repo: string, event: LogEvent): Row<ReportEventEntity> {
  const { event_id, entity_id, entity_type, event_type, actor, causation_id, correlation_id, payload } = event
  return {
    repo,
    event_id,
    lamport_clock: String(event.lamport_clock),
    entity_id,
    entity_type,
    event_type,
    feature_slug: payload.feature_slug,
    timestamp: new Date(event.timestamp),
    actor,
    causation_id,
    correlation_id,
    payload,
  }
}

function packageRow(
  repo: string,
  row: BoardRow,
  table: WorkflowTable,
  flow: PackageFlow | undefined,
): Row<ReportWorkPackageEntity> {
  return {
    repo,
    feature_slug: row.feature_slug,
    work_package_id: row.work_package_id,
    title: row.title,
    lane: row.lane,
    lane_kind: kindOf(row.lane, table),
    lane_actor: row.lane_actor,
    lane_since: time(row.lane_since),
    priority: row.priority,
    dependencies: [...row.dependencies],
    updated_at: time(row.updated_at),
    appeared_at: time(flow?.appeared),
    started_at: time(flow?.started),
    finished_at: time(flow?.finished),
  }
}

function visitRows(repo: string, { feature, work_package, visits }: PackageFlow): Row<ReportVisitEntity>[] {
  return visits.map(({ lane, from, to }, at) => ({
    repo,
    feature_slug: feature,
    work_package_id: work_package,
    number: at + 1,
    lane,
    arrived_at: new Date(from),
    left_at: time(to),
  }))
}

function kindOf(lane: string, { done, dropped, working }: WorkflowTable): string {
  if (done.includes(lane)) return 'done'
  if (dropped.includes(lane)) return 'dropped'
  return working.includes(lane) ? 'working' : 'open'
}

function time(value: string | number | null | undefined): Date | null {
  return value === null || value === undefined ? null : new Date(value)
}
