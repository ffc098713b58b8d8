import { Column, Entity, PrimaryColumn } from '#typeorm'

/** One row per feature that has an event of its own: a definition, an archiving, a link. */
@Entity({ name: 'feature', withoutRowid: true })
export class FeatureEntity {
  @PrimaryColumn({ type: 'text' })
  feature_slug!: string

  @Column({ type: 'text' })
  title!: string

  /** JSON: the whole state. */
  @Column({ type: 'text' })
  state!: string
}
