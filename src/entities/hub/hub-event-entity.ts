import { Column, Entity, PrimaryColumn, Unique } from '#typeorm'

/** One row per event, in the order of the commits, without a gap. */
@Entity({ schema: 'kitty', name: 'event' })
@Unique('event_once', ['repo', 'event_id'])
@Unique('event_version', ['repo', 'stream', 'version'])
export class HubEventEntity {
  @PrimaryColumn({ type: 'text' })
  repo!: string

  @PrimaryColumn({ type: 'bigint' })
  seq!: string

  /** `017/WP05` for a package and its gates, `017` for the feature itself. */
  @Column({ type: 'text' })
  stream!: string

  /** The number of events in the stream, this one included. */
  @Column({ type: 'integer' })
  version!: number

  @Column({ type: 'text' })
  event_id!: string

  /** UTC, of the event's timestamp: the log's file. */
  @Column({ type: 'date' })
  day!: string

  /** Byte for byte as in the log, without the newline; without its content once redacted. `jsonb` would reorder the keys. */
  @Column({ type: 'bytea' })
  line!: Buffer

  /** The database role that sent it. Does not prove the actor. */
  @Column({ type: 'text' })
  role!: string
}
