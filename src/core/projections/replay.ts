import {
  distinctEvents,
  type FeatureState,
  fold,
  foldFeature,
  isKittyEvent,
  type LogEvent,
  type MergeOptions,
  trustedMaximum,
  type WorkPackageState,
} from '../events-lib.js'

/** The state that a set of events leads to, computed without an index. */
export interface Replay {
  /** Ordered by feature and ID. */
  readonly states: readonly WorkPackageState[]
  /** Ordered by slug. */
  readonly features: readonly FeatureState[]
}

/** Folds events, in any order and possibly repeated, into the state that the index would hold. */
export function replay(events: Iterable<LogEvent>, rules: MergeOptions): Replay {
  const inOrder = trustedEvents(events)
  const packages = packageHistories(inOrder)
  const specs = group(inOrder, (event) =>
    event.entity_type === 'FeatureSpec' ? [event.payload.feature_slug] : [],
  )
  return {
    states: inKeyOrder(packages).flatMap((history) => fold(history, rules) ?? []),
    features: inKeyOrder(specs).flatMap((history) => foldFeature(history) ?? []),
  }
}

/** The events of each package, including its gates', by feature and ID with a NUL between. @param inOrder Trusted events */
export function packageHistories(inOrder: readonly LogEvent[]): Map<string, LogEvent[]> {
  const owners = gateOwners(inOrder)
  return group(inOrder, (event) => packagesOf(event, owners))
}

/**
 * Returns each event once, in total order, without events with a poisoned clock. See docs/formats.md, "The clock".
 * @param maximum The greatest trusted clock, if these events are only part of a log
 */
export function trustedEvents(events: Iterable<LogEvent>, maximum?: number): LogEvent[] {
  const inOrder = distinctEvents(events).events
  const greatest = maximum ?? trustedMaximum(inOrder.map((event) => event.lamport_clock)).maximum
  return inOrder.filter((event) => event.lamport_clock <= greatest)
}

/**
 * Returns part of a log together with everything that its events had seen: otherwise an event would look concurrent
 * with one that it followed.
 */
export function withAncestors(
  events: readonly LogEvent[],
  belongs: (event: LogEvent) => boolean,
): LogEvent[] {
  const wanted = new Set<string>()
  // Go from last to first: a parent always precedes its child.
  return distinctEvents(events)
    .events.reverse()
    .filter((event) => {
      const isWanted = belongs(event) || wanted.has(event.event_id)
      if (isWanted) for (const parent of event.parents ?? []) wanted.add(parent)
      return isWanted
    })
    .reverse()
}

function packagesOf(event: LogEvent, owners: ReadonlyMap<string, ReadonlySet<string>>): Iterable<string> {
  const feature = event.payload.feature_slug
  if (event.entity_type === 'WorkPackage') return [keyOf(feature, event.entity_id)]
  return event.entity_type === 'Gate' ? (owners.get(keyOf(feature, event.entity_id)) ?? []) : []
}

/** Maps each gate to the packages it was created for, because gate results name no package. */
function gateOwners(events: readonly LogEvent[]): Map<string, Set<string>> {
  const owners = new Map<string, Set<string>>()
  for (const event of events) {
    if (!isKittyEvent(event) || event.event_type !== 'GateCreated') continue
    const { feature_slug, work_package_id } = event.payload
    const gate = keyOf(feature_slug, event.entity_id)
    owners.set(gate, (owners.get(gate) ?? new Set()).add(keyOf(feature_slug, work_package_id)))
  }
  return owners
}

function group(
  events: readonly LogEvent[],
  keysOf: (event: LogEvent) => Iterable<string>,
): Map<string, LogEvent[]> {
  const groups = new Map<string, LogEvent[]>()
  for (const event of events) {
    for (const key of keysOf(event)) {
      const own = groups.get(key)
      if (own === undefined) groups.set(key, [event])
      else own.push(event)
    }
  }
  return groups
}

function inKeyOrder(groups: ReadonlyMap<string, LogEvent[]>): LogEvent[][] {
  return [...groups].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, events]) => events)
}

function keyOf(feature: string, entity: string): string {
  // A slug never contains NUL, so this sorts by feature, then by package.
  return `${feature}\0${entity}`
}
