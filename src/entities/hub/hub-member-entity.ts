import { Column, Entity, PrimaryColumn } from '#typeorm'

/** What a database role may do in one repository. */
@Entity({ schema: 'kitty', name: 'member' })
export class HubMemberEntity {
  @PrimaryColumn({ type: 'text' })
  repo!: string

  @PrimaryColumn({ type: 'text' })
  role!: string

  /** `read`, `append` or `own`; each includes the ones before. */
  @Column({ type: 'text' })
  may!: string
}
