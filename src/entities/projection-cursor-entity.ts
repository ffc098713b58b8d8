import { Column, Entity, PrimaryColumn } from '#typeorm'

/** How far a plugin's tables follow the log. One row per projection; made with the first of them. */
@Entity({ name: 'x__projection_cursor', withoutRowid: true })
export class ProjectionCursorEntity {
  @PrimaryColumn({ type: 'text' })
  name!: string

  /** The projection's version and columns, as text. */
  @Column({ type: 'text' })
  shape!: string

  /** The last event applied, in the total order. */
  @Column({ type: 'integer' })
  lamport_clock!: number

  @Column({ type: 'text' })
  event_id!: string

  /** SHA-256 of the IDs of every event up to that one, in order. */
  @Column({ type: 'text' })
  digest!: string
}
