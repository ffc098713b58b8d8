import { Column, Entity, PrimaryColumn } from '#typeorm'

/** One row a feature that has a SpecCreated. */
@Entity({ name: 'feature', withoutRowid: true })
export class FeatureEntity {
  @PrimaryColumn({ type: 'text' })
  feature_slug!: string

  @Column({ type: 'text' })
  title!: string

  @Column({ type: 'text', nullable: true })
  mission!: string | null

  @Column({ type: 'text', nullable: true })
  created_by!: string | null

  @Column({ type: 'text', nullable: true })
  created_at!: string | null

  /** JSON: the open conflicts of its definition. */
  @Column({ type: 'text' })
  conflicts!: string
}
