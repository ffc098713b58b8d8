import { Column, Entity, PrimaryColumn } from '#typeorm'

/** Event IDs that may never be appended: given up by their writer, or redacted. */
@Entity({ schema: 'kitty', name: 'void' })
export class HubVoidEntity {
  @PrimaryColumn({ type: 'text' })
  repo!: string

  @PrimaryColumn({ type: 'text' })
  event_id!: string

  /** The reason of a redaction; null for a request that its writer gave up. */
  @Column({ type: 'text', nullable: true })
  why!: string | null
}
