import { Entity, PrimaryColumn } from '#typeorm'

/** A conflict, open or settled, that was reported to a user of this machine, so that it is reported only once. */
@Entity({ name: 'explained_conflict', withoutRowid: true })
export class ExplainedConflictEntity {
  @PrimaryColumn({ type: 'text' })
  key!: string
}
