import type { LogEvent, MergeOptions, WorkPackageState } from '../../events-lib.js'
import type { ConflictDocument } from '../../projections/board-document.js'
import { byPlace, conflictName, openConflicts } from '../../projections/conflicts.js'
import type { HeldLog } from '../../projections/held-events.js'
import { changesBetween, type HeldChange } from '../../projections/held-replay.js'
import type { Replay } from '../../projections/replay.js'

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

/**
 * What merging `theirs` would do to the board of `ours`. Replays one package after another, and only those about which
 * the merge would add an event.
 */
export function boardChanges(
  ours: HeldLog,
  theirs: HeldLog,
  foldRules: MergeOptions,
  byHub: ReadonlySet<string> = new Set(),
): BoardChanges {
  const changes: LaneChange[] = []
  const conflicts: ConflictDocument[] = []
  const settled: ConflictDocument[] = []
  for (const change of changesBetween(ours, theirs, foldRules)) {
    changes.push(...laneChanges(change, byHub))
    const [now, then] = [conflictsIn(change.before), conflictsIn(change.after)]
    conflicts.push(...without(then, now))
    settled.push(...without(now, then))
  }
  let new_events = 0
  const news = theirs.without(ours)
  while (news.next().done !== true) new_events += 1
  return {
    new_events,
    changes,
    conflicts: conflicts.sort(byPlace),
    settled: settled.sort(byPlace),
  }
}

function laneChanges({ before, after, creation }: HeldChange, byHub: ReadonlySet<string>): LaneChange[] {
  const from = before.states[0]?.lane ?? null
  return after.states.flatMap((state) =>
    from === state.lane ? [] : [laneChange(state, from, creation, byHub)],
  )
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

function conflictsIn({ states, features }: Replay): ConflictDocument[] {
  return openConflicts(states, features)
}

function without(
  conflicts: readonly ConflictDocument[],
  others: readonly ConflictDocument[],
): ConflictDocument[] {
  const names = new Set(others.map(conflictName))
  return conflicts.filter((conflict) => !names.has(conflictName(conflict)))
}
