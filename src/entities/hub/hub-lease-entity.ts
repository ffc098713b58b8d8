import { Column, Entity, PrimaryColumn } from '#typeorm'

/** Who has a package that is worked on, and until when; all times by the server's clock. */
@Entity({ schema: 'kitty', name: 'lease' })
export class HubLeaseEntity {
  @PrimaryColumn({ type: 'text' })
  repo!: string

  /** A package's stream; `#record` and the like for what one clone at a time may do. */
  @PrimaryColumn({ type: 'text' })
  stream!: string

  /** As `actorKey` spells it: names that people take for the same are the same. */
  @Column({ type: 'text' })
  actor!: string

  @Column({ type: 'text', nullable: true })
  session!: string | null

  /** The clone that claimed it. Another clone of the same holder renews nothing. */
  @Column({ type: 'text' })
  clone!: string

  /** The move that the lease belongs to. */
  @Column({ type: 'text' })
  event_id!: string

  @Column({ type: 'timestamptz' })
  since!: Date

  @Column({ type: 'timestamptz' })
  until!: Date
}
