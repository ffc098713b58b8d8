import { Column, Entity, PrimaryColumn } from '#typeorm'

/** What a board shows of a work package. Apart from its state, which is ten times as long and would be read with it. */
@Entity({ name: 'board_row', withoutRowid: true })
export class BoardRowEntity {
  @PrimaryColumn({ type: 'text' })
  feature_slug!: string

  @PrimaryColumn({ type: 'text' })
  work_package_id!: string

  /** JSON, without names. */
  @Column({ type: 'text' })
  packed!: string

  /** The same once more: SQLite does not notice a changed byte, and compares two texts faster than anybody sums one up. */
  @Column({ type: 'text' })
  copy!: string
}
