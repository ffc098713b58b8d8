import {
  compareEvents,
  fold,
  type LogEvent,
  type MergeOptions,
  type WorkPackageState,
} from '../../events-lib.js'
import type { EventStore } from '../../store/event-store.js'

/** A package as it was before the event was written; undefined if the log did not have it yet. */
export async function stateBefore(
  store: EventStore,
  event: LogEvent,
  workPackage: string,
  options: MergeOptions = {},
): Promise<WorkPackageState | undefined> {
  const history = await store.history(event.payload.feature_slug, workPackage)
  return fold(
    history.filter((one) => compareEvents(one, event) < 0),
    options,
  )
}
