import { Entity, PrimaryColumn } from '#typeorm'

/** A conflict that somebody on this machine has been told of, open or settled, so that it is told once. */
@Entity({ name: 'explained_conflict', withoutRowid: true })
export class ExplainedConflictEntity {
  @PrimaryColumn({ type: 'text' })
  key!: string
}
