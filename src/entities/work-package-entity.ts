import { Column, Entity, PrimaryColumn } from '#typeorm'

/** One row per work package: its state after all events read so far. */
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

  /** CRC-32 of `state`. A checksum is enough, since a command reads only one or two states. */
  @Column({ type: 'integer' })
  crc!: number
}
