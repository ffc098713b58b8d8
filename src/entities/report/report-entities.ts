import { Column, Entity, PrimaryColumn } from '#typeorm'

/** The report's tables: the index's column names, with the repository first in each key. */
const SCHEMA = 'kitty_report'

@Entity({ schema: SCHEMA, name: 'repo' })
export class ReportRepoEntity {
  @PrimaryColumn({ type: 'text' })
  repo!: string

  /** The folder of the clone that wrote it last, for people. */
  @Column({ type: 'text' })
  name!: string

  @Column({ type: 'timestamptz' })
  written_at!: Date
}

@Entity({ schema: SCHEMA, name: 'event' })
export class ReportEventEntity {
  @PrimaryColumn({ type: 'text' })
  repo!: string

  @PrimaryColumn({ type: 'text' })
  event_id!: string

  @Column({ type: 'bigint' })
  lamport_clock!: string

  @Column({ type: 'text' })
  entity_id!: string

  @Column({ type: 'text' })
  entity_type!: string

  @Column({ type: 'text' })
  event_type!: string

  @Column({ type: 'text' })
  feature_slug!: string

  @Column({ type: 'timestamptz' })
  timestamp!: Date

  @Column({ type: 'text' })
  actor!: string

  @Column({ type: 'text', nullable: true })
  causation_id!: string | null

  @Column({ type: 'text', nullable: true })
  correlation_id!: string | null

  @Column({ type: 'jsonb' })
  payload!: object
}

@Entity({ schema: SCHEMA, name: 'feature' })
export class ReportFeatureEntity {
  @PrimaryColumn({ type: 'text' })
  repo!: string

  @PrimaryColumn({ type: 'text' })
  feature_slug!: string

  @Column({ type: 'text' })
  title!: string

  @Column({ type: 'boolean' })
  archived!: boolean
}

@Entity({ schema: SCHEMA, name: 'work_package' })
export class ReportWorkPackageEntity {
  @PrimaryColumn({ type: 'text' })
  repo!: string

  @PrimaryColumn({ type: 'text' })
  feature_slug!: string

  @PrimaryColumn({ type: 'text' })
  work_package_id!: string

  @Column({ type: 'text', nullable: true })
  title!: string | null

  @Column({ type: 'text' })
  lane!: string

  /** `open`, `working`, `done` or `dropped`, by the repository's workflow. */
  @Column({ type: 'text' })
  lane_kind!: string

  @Column({ type: 'text', nullable: true })
  lane_actor!: string | null

  @Column({ type: 'timestamptz', nullable: true })
  lane_since!: Date | null

  @Column({ type: 'integer' })
  priority!: number

  @Column({ type: 'text', array: true })
  dependencies!: string[]

  @Column({ type: 'timestamptz', nullable: true })
  updated_at!: Date | null

  /** As docs/flow.md defines them; null before. */
  @Column({ type: 'timestamptz', nullable: true })
  appeared_at!: Date | null

  @Column({ type: 'timestamptz', nullable: true })
  started_at!: Date | null

  @Column({ type: 'timestamptz', nullable: true })
  finished_at!: Date | null
}

/** A stay of a package in a lane. */
@Entity({ schema: SCHEMA, name: 'visit' })
export class ReportVisitEntity {
  @PrimaryColumn({ type: 'text' })
  repo!: string

  @PrimaryColumn({ type: 'text' })
  feature_slug!: string

  @PrimaryColumn({ type: 'text' })
  work_package_id!: string

  /** From 1. */
  @PrimaryColumn({ type: 'integer' })
  number!: number

  @Column({ type: 'text' })
  lane!: string

  @Column({ type: 'timestamptz' })
  arrived_at!: Date

  /** Null while it lasts. */
  @Column({ type: 'timestamptz', nullable: true })
  left_at!: Date | null
}

/** An open conflict. */
@Entity({ schema: SCHEMA, name: 'conflict' })
export class ReportConflictEntity {
  @PrimaryColumn({ type: 'text' })
  repo!: string

  @PrimaryColumn({ type: 'text' })
  feature_slug!: string

  @PrimaryColumn({ type: 'text' })
  entity_id!: string

  @PrimaryColumn({ type: 'text' })
  register!: string

  @Column({ type: 'text', array: true })
  event_ids!: string[]
}

export const REPORT_ENTITIES = {
  Repo: ReportRepoEntity,
  Event: ReportEventEntity,
  Feature: ReportFeatureEntity,
  WorkPackage: ReportWorkPackageEntity,
  Visit: ReportVisitEntity,
  Conflict: ReportConflictEntity,
} as const
