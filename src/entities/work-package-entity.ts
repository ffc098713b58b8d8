import { Column, Entity, PrimaryColumn } from '#typeorm'

/** One row a work package: its state after every event read so far. */
@Entity({ name: 'work_package', withoutRowid: true })
export class WorkPackageEntity {
  @PrimaryColumn({ type: 'text' })
  feature_slug!: string

  @PrimaryColumn({ type: 'text' })
  work_package_id!: string

  @Column({ type: 'text' })
  lane!: string

  /** JSON of the library's WorkPackageState. */
  @Column({ type: 'text' })
  state!: string

  /** CRC-32 of `state`, of which a command reads one or two. */
  @Column({ type: 'integer' })
  crc!: number
}
