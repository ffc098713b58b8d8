import { Column, Entity, PrimaryColumn } from '#typeorm'

/** One row per log file: how far it has been read, and how to tell whether it was rewritten. */
@Entity({ name: 'log_file', withoutRowid: true })
export class LogFileEntity {
  @PrimaryColumn({ type: 'text' })
  file!: string

  @Column({ type: 'text' })
  identity!: string

  @Column({ type: 'integer' })
  size!: number

  @Column({ type: 'integer' })
  offset!: number

  @Column({ type: 'integer' })
  line!: number

  @Column({ type: 'integer' })
  crc!: number
}
