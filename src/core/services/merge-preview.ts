import { inject, injectable } from 'inversify'
import { isKittyEvent, type LogEvent, type MergeOptions, type WorkPackageState } from '../events-lib.js'
import type { ConflictDocument } from '../projections/board-document.js'
import { conflictName, openConflicts } from '../projections/conflicts.js'
import { replay, type Replay } from '../projections/replay.js'
import { type EventStore, Team, type TeamLink } from '../store/event-store.js'
import { Audit } from './audit/audit.js'
import type { Finding } from './audit/finding.js'
import { type BranchDefinition, BranchDefinitions } from './definitions/branch-definitions.js'
import { Revisions } from './revisions.js'
import { FoldRules } from '../workspace/config.js'

/** A package whose lane a merge would change. */
export interface LaneChange {
  readonly feature: string
  readonly work_package: string
  readonly title: string
  /** Null for a package that is not on the board yet. */
  readonly from: string | null
  readonly to: string
  /** Who moved it there, when, and in which event. If no one has, the creator of a new package, else null. */
  readonly actor: string | null
  readonly timestamp: string | null
  readonly event_id: string | null
  /** The board shows it already, by the hub. */
  readonly by_hub: boolean
}

export interface BoardChanges {
  /** Events that the merge would add. */
  readonly new_events: number
  readonly changes: readonly LaneChange[]
  /** Conflicts that the merge would open. */
  readonly conflicts: readonly ConflictDocument[]
  /** Open conflicts that the merge would settle. */
  readonly settled: readonly ConflictDocument[]
}

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
    const theirs = await this.revisions.log(branch, 'BRANCH')
    const byHub = new Set<string>(((await this.team.link?.unmerged()) ?? []).map(({ event_id }) => event_id))
    const ours = (await store.read()).filter(({ event_id }) => !byHub.has(event_id))
    const changes = boardChanges(ours, theirs.events, this.foldRules, byHub)
    const head = await this.revisions.log('HEAD', 'HEAD')
    const { findings } = await this.audit.between(head, theirs)
    const definitions = await this.definitions.between(head.commit, theirs.commit)
    return { branch, commit: theirs.commit, ...changes, findings, definitions }
  }
}

/** What merging `theirs` would do to the board of `ours`. */
export function boardChanges(
  ours: readonly LogEvent[],
  theirs: readonly LogEvent[],
  foldRules: MergeOptions,
  byHub: ReadonlySet<string> = new Set(),
): BoardChanges {
  const known = new Set<string>(ours.map((event) => event.event_id))
  const added = new Set(theirs.map((event) => event.event_id).filter((id) => !known.has(id)))
  const before = replay(ours, foldRules)
  const after = replay([...ours, ...theirs], foldRules)
  return {
    new_events: added.size,
    changes: laneChanges(before, after, theirs, byHub),
    ...conflictChanges(before, after),
  }
}

function laneChanges(
  before: Replay,
  after: Replay,
  theirs: readonly LogEvent[],
  byHub: ReadonlySet<string>,
): LaneChange[] {
  const lanes = new Map(before.states.map((state) => [nameOf(state), state.lane]))
  const creators = new Map(
    theirs.filter(isCreation).map((event) => [`${event.payload.feature_slug}/${event.entity_id}`, event]),
  )
  return after.states.flatMap((state) => {
    const from = lanes.get(nameOf(state)) ?? null
    return from === state.lane ? [] : [laneChange(state, from, creators.get(nameOf(state)), byHub)]
  })
}

function isCreation(event: LogEvent): boolean {
  return isKittyEvent(event) && event.event_type === 'WPCreated'
}

/** For a new package that no one has moved, names its creator instead of a mover. */
function laneChange(
  state: WorkPackageState,
  from: string | null,
  creation: LogEvent | undefined,
  byHub: ReadonlySet<string>,
): LaneChange {
  const event = state.lane_event ?? creation?.event_id ?? null
  return {
    feature: state.feature_slug,
    work_package: state.work_package_id,
    title: state.title ?? state.work_package_id,
    from,
    to: state.lane,
    actor: state.lane_actor ?? creation?.actor ?? null,
    timestamp: state.lane_since ?? creation?.timestamp ?? null,
    event_id: event,
    by_hub: event !== null && byHub.has(event),
  }
}

function conflictChanges(before: Replay, after: Replay): Pick<MergePreviewResult, 'conflicts' | 'settled'> {
  const [now, then] = [before, after].map(({ states, features }) => openConflicts(states, features))
  return { conflicts: without(then ?? [], now ?? []), settled: without(now ?? [], then ?? []) }
}

function without(
  conflicts: readonly ConflictDocument[],
  others: readonly ConflictDocument[],
): ConflictDocument[] {
  const names = new Set(others.map(conflictName))
  return conflicts.filter((conflict) => !names.has(conflictName(conflict)))
}

function nameOf(state: WorkPackageState): string {
  return `${state.feature_slug}/${state.work_package_id}`
}
