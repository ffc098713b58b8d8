import { Column, Entity, PrimaryColumn } from '#typeorm'

/** Single values about the whole index: the trusted clock, the journal's mark. */
@Entity({ name: 'fact', withoutRowid: true })
export class FactEntity {
  @PrimaryColumn({ type: 'text' })
  name!: string

  /** JSON. */
  @Column({ type: 'text' })
  value!: string
}
