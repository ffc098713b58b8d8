import { applyEvent, applyWinner, findSign } from './apply-event.js'
import type { Draft } from './draft-state.js'
import { headIds } from './causality.js'
import { streamConflicts, type Conflict, type MergeOptions } from './conflict.js'
import { distinctEvents } from './distinct.js'
import { isKittyEvent, type LogEvent } from './event.js'
import { belongs, isCreatedFor } from './evolution.js'
import { History } from './history.js'
import { withoutRenumbered } from './renumbered.js'
import { traceStreams } from './stream.js'
import { emptyWorkPackage, type WorkPackageState } from './work-package-state.js'
import { DEFAULT_WORKFLOW, type WorkflowTable } from './workflow.js'

/**
 * Folds the state of one work package from all of its events: those of the WorkPackage entity and those of its gates.
 * The result depends only on the set of events, not on their order, repetition or files. Near linear in their number.
 *
 * The first WorkPackage event in total order, else the first `GateCreated`, says which work package it is; events of
 * others are passed over.
 * @returns undefined when no event names a work package
 */
export function fold(events: Iterable<LogEvent>, options: MergeOptions = {}): WorkPackageState | undefined {
  const inOrder = distinctEvents(events).events
  const table = options.table ?? DEFAULT_WORKFLOW
  const empty = identify(inOrder, table)
  if (empty === undefined) return undefined
  const kept = withoutRenumbered(inOrder.filter((event) => belongs(empty, event)))
  const strangers = gatesOfOthers(kept, empty.work_package_id)
  const own = kept.filter((event) => belongs(empty, event, strangers))
  const streams = [...traceStreams(own)]
  const history = new History(
    own,
    streams.map(([, stream]) => stream),
  )
  const draft: Draft = { ...empty }
  for (const event of history.counted) {
    applyEvent(draft, event, table, history)
    history.passed(event)
  }
  if (history.twins > 0) draft.memory = { ...draft.memory, twins: history.twins }
  draft.heads = {}
  for (const [key, stream] of streams) {
    draft.heads[key] = headIds(stream)
    if (stream.linear) continue
    const { conflicts, collisions, winners } = streamConflicts(stream, options)
    draft.conflicts = [...draft.conflicts, ...conflicts.filter((conflict) => conflict.open)]
    for (const { files } of collisions) draft.collision = files
    for (const { register, event } of winners) {
      applyWinner(draft, register, event, table)
      if (register === 'status') findSign(draft, history.counted)
    }
  }
  draft.conflicts = [...draft.conflicts].sort(byRegister)
  return draft
}

function identify(inOrder: readonly LogEvent[], table: WorkflowTable): WorkPackageState | undefined {
  const own = inOrder.find((event) => event.entity_type === 'WorkPackage')
  if (own !== undefined) return emptyWorkPackage(own.payload.feature_slug, own.entity_id, table)
  for (const event of inOrder) {
    if (isKittyEvent(event) && event.event_type === 'GateCreated') {
      return emptyWorkPackage(event.payload.feature_slug, event.payload.work_package_id, table)
    }
  }
  return undefined
}

/** Gates that were created, but never for this work package. A gate's result does not name a work package. */
function gatesOfOthers(events: readonly LogEvent[], id: string): Set<string> {
  const strangers = new Set<string>()
  for (const event of events) if (!isCreatedFor(event, id)) strangers.add(event.entity_id)
  for (const event of events) {
    if (strangers.has(event.entity_id) && event.event_type === 'GateCreated' && isCreatedFor(event, id)) {
      strangers.delete(event.entity_id)
    }
  }
  return strangers
}

function byRegister(a: Conflict, b: Conflict): number {
  const [left, right] = [`${a.entity_id}\n${a.register}`, `${b.entity_id}\n${b.register}`]
  return left < right ? -1 : left > right ? 1 : 0
}
