import { Column, Entity, PrimaryColumn } from '#typeorm'

/** One row per repository that shares this hub. */
@Entity({ schema: 'kitty', name: 'repo' })
export class HubRepoEntity {
  /** A ULID that `kitty hub init` makes; `config.json` names it. */
  @PrimaryColumn({ type: 'text' })
  repo!: string

  /** Changes when the tables are made. A hint that they were replaced; the cursor decides. */
  @Column({ type: 'text' })
  epoch!: string

  /** Of the newest event; 0 without one. Node's driver gives a bigint as text. */
  @Column({ type: 'bigint', default: 0 })
  seq!: string

  /** The last day that `kitty hub trim` removed. */
  @Column({ type: 'date', nullable: true })
  trimmed!: string | null

  /** The repository's first commits, so that another repository is recognized. */
  @Column({ type: 'text', array: true })
  roots!: string[]
}
