import { Column, Entity, Index, PrimaryColumn } from '#typeorm'

/** One row per event: the columns that queries find it by, and where its line is. */
// Keep row numbers: every entry of the keys below repeats one, at six characters instead of an ID's twenty-six.
@Entity({ name: 'event' })
@Index('event_entity', ['feature_slug', 'entity_id', 'lamport_clock'])
@Index('event_type_clock', ['event_type', 'lamport_clock'])
@Index('event_date', ['date', 'lamport_clock'])
@Index('event_clock', ['lamport_clock'])
// Without this key, finding one package's gates means reading every event of its feature.
@Index('event_gate', ['feature_slug', 'work_package_id'], { where: "event_type = 'GateCreated'" })
@Index('event_causation', ['causation_id'], { where: 'causation_id IS NOT NULL' })
export class EventEntity {
  @PrimaryColumn({ type: 'text' })
  event_id!: string

  @Column({ type: 'integer' })
  lamport_clock!: number

  @Column({ type: 'text' })
  entity_id!: string

  @Column({ type: 'text' })
  entity_type!: string

  @Column({ type: 'text' })
  event_type!: string

  @Column({ type: 'text' })
  feature_slug!: string

  @Column({ type: 'text' })
  timestamp!: string

  @Column({ type: 'text' })
  date!: string

  @Column({ type: 'text' })
  actor!: string

  @Column({ type: 'text', nullable: true })
  causation_id!: string | null

  @Column({ type: 'text', nullable: true })
  correlation_id!: string | null

  /** The package a WorkPackage event or a GateCreated belongs to; null for every other event. */
  @Column({ type: 'text', nullable: true })
  work_package_id!: string | null

  @Column({ type: 'text' })
  file!: string

  @Column({ type: 'integer' })
  line!: number

  /** Bytes from the start of `file`. */
  @Column({ type: 'integer' })
  offset!: number

  /** Bytes, including the newline. */
  @Column({ type: 'integer' })
  length!: number
}
