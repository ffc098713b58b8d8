import { Column, Entity, PrimaryColumn } from '#typeorm'

/** What a board shows of a work package. Separate from the much larger state, which would otherwise be read with it. */
@Entity({ name: 'board_row', withoutRowid: true })
export class BoardRowEntity {
  @PrimaryColumn({ type: 'text' })
  feature_slug!: string

  @PrimaryColumn({ type: 'text' })
  work_package_id!: string

  /** JSON without names. */
  @Column({ type: 'text' })
  packed!: string

  /** A second copy: SQLite does not notice a changed byte, and comparing two texts is faster than a checksum. */
  @Column({ type: 'text' })
  copy!: string
}
