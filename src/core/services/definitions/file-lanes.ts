import {
  isKittyEvent,
  type LogEvent,
  type NewEvent,
  resolveLane,
  type WorkflowTable,
  type WorkPackageState,
} from '../../events-lib.js'
import type { Comparison } from './definitions.js'

export interface FileLane {
  readonly workPackage: string
  readonly file: string
  /** In the workflow's spelling, if the workflow has the lane. */
  readonly lane: string
}

/** Finds packages that no event has moved and whose files state a lane other than the first one. */
export function fileLanes(
  states: readonly WorkPackageState[],
  comparisons: ReadonlyMap<string, Comparison>,
  table: WorkflowTable,
): { readonly known: FileLane[]; readonly unknown: FileLane[] } {
  const moved = new Set(states.flatMap((state) => (state.lane_event === null ? [] : [state.work_package_id])))
  const known: FileLane[] = []
  const unknown: FileLane[] = []
  for (const [workPackage, { file }] of comparisons) {
    if (file.kind !== 'stated' || file.stated.lane === undefined || moved.has(workPackage)) continue
    const lane = resolveLane(table, file.stated.lane)
    if (lane === undefined) unknown.push({ workPackage, file: file.file, lane: file.stated.lane })
    else if (lane !== table.initial) known.push({ workPackage, file: file.file, lane })
  }
  return { known, unknown }
}

const TAKEN_OVER = 'taken over from'

/** True if the event is such a move. */
export function isTakenOver(event: LogEvent): boolean {
  if (!isKittyEvent(event) || event.event_type !== 'WPStatusChanged') return false
  return event.payload.force === true && event.payload.reason?.startsWith(TAKEN_OVER) === true
}

/** Creates the move that takes over a lane from a file. It checks no rules, since the move was made elsewhere. */
export function laneTakenOver(
  feature: string,
  { workPackage, file, lane }: FileLane,
  table: WorkflowTable,
): NewEvent<'WPStatusChanged'> {
  return {
    event_type: 'WPStatusChanged',
    entity_id: workPackage,
    entity_type: 'WorkPackage',
    payload: {
      feature_slug: feature,
      old_status: table.initial,
      new_status: lane,
      reason: `${TAKEN_OVER} ${file}`,
      force: true,
    },
  }
}
