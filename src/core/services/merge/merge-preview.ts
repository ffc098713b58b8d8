import { inject, injectable } from 'inversify'
import type { MergeOptions } from '../../events-lib.js'
import { HeldEvents, HeldLog } from '../../projections/held-events.js'
import { type EventStore, Team, type TeamLink } from '../../store/event-store.js'
import { Audit } from '../audit/audit.js'
import type { Finding } from '../audit/finding.js'
import { type BoardChanges, boardChanges } from './board-changes.js'
import { type BranchDefinition, BranchDefinitions } from '../definitions/branch-definitions.js'
import { Revisions } from '../revisions.js'
import { keepHeapSmall } from '../../platform/small-heap.js'
import { FoldRules } from '../../workspace/config.js'

export interface MergePreviewResult extends BoardChanges {
  readonly branch: string
  readonly commit: string
  /** What `kitty agent events audit HEAD..BRANCH` finds. */
  readonly findings: readonly Finding[]
  /** Definitions that the branch's files change: agents work from the files. */
  readonly definitions: readonly BranchDefinition[]
}

/** Shows what a merge would do to the board, computed from git's objects and the log. Merges and writes nothing. */
@injectable()
export class MergePreview {
  constructor(
    @inject(Revisions) private readonly revisions: Revisions,
    @inject(FoldRules) private readonly foldRules: MergeOptions,
    @inject(Audit) private readonly audit: Audit,
    @inject(Team) private readonly team: { readonly link: TeamLink | undefined },
    @inject(BranchDefinitions) private readonly definitions: BranchDefinitions,
  ) {}

  /** @throws KittyError UsageError if git knows no such branch */
  async preview(store: EventStore, branch: string): Promise<MergePreviewResult> {
    keepHeapSmall()
    const held = new HeldEvents()
    const theirs = await this.revisions.held(branch, 'BRANCH', held)
    const byHub = new Set<string>(((await this.team.link?.unmerged()) ?? []).map(({ event_id }) => event_id))
    const ours = new HeldLog(held)
    for await (const events of store.stream()) ours.add(events.filter(({ event_id }) => !byHub.has(event_id)))
    const changes = boardChanges(ours, theirs.counted, this.foldRules, byHub)
    const head = await this.revisions.held('HEAD', 'HEAD', held)
    const { findings } = await this.audit.between(head, theirs)
    const definitions = await this.definitions.between(head.commit, theirs.commit)
    return { branch, commit: theirs.commit, ...changes, findings, definitions }
  }
}
