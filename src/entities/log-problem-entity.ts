import { Column, Entity, Index, PrimaryGeneratedColumn } from '#typeorm'

/** A line of the log that is not a plain valid event, identified by its place. */
@Entity({ name: 'log_problem' })
@Index('log_problem_file', ['file'])
export class LogProblemEntity {
  @PrimaryGeneratedColumn({ type: 'integer' })
  id!: number

  @Column({ type: 'text' })
  file!: string

  @Column({ type: 'integer' })
  line!: number

  @Column({ type: 'text' })
  kind!: string

  @Column({ type: 'text' })
  message!: string
}
