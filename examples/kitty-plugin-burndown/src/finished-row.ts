import { Column, Entity, Index, PrimaryColumn } from 'kittify/plugin/entities'

/** A package that is done now, in a table of this plugin in kitty's index. */
@Entity({ name: 'x_burndown_finished', withoutRowid: true })
@Index('x_burndown_finished_day', ['feature_slug', 'day'])
export class FinishedRow {
  @PrimaryColumn({ type: 'text' })
  feature_slug!: string

  @PrimaryColumn({ type: 'text' })
  work_package_id!: string

  /** `YYYY-MM-DD`. */
  @Column({ type: 'text' })
  day!: string

  @Column({ type: 'text' })
  actor!: string
}
