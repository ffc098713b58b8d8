import {
  distinctEvents,
  encodeEvent,
  fold,
  foldFeature,
  isKittyEvent,
  type LogEvent,
  type MergeOptions,
  trustedMaximum,
} from '../events-lib.js'
import {
  type HeldEvents,
  type HeldLog,
  isFeatureKey,
  isGateKey,
  isPackageKey,
  packageKey,
} from './held-events.js'
import { packageHistories, type Replay, trustedEvents } from './replay.js'

/** What one log does to a package or a feature of another. */
export interface HeldChange {
  readonly before: Replay
  readonly after: Replay
  /** The last event by which the log that comes creates the package. */
  readonly creation: LogEvent | undefined
}

/**
 * Replays every package and feature that `theirs` may change in `ours`, one at a time, packages in the order of a board.
 */
export function* changesBetween(ours: HeldLog, theirs: HeldLog, rules: MergeOptions): Generator<HeldChange> {
  const { held } = ours
  const [now, then] = [trustedClock([ours]), trustedClock([ours, theirs])]
  // Their clocks may fill the gap below events of ours that were not trusted: any of ours may count from then on.
  const isAny = now !== then && now < ours.greatestClock
  for (const key of isAny ? [...held.entities()].sort() : touched(ours, theirs)) {
    if (!isPackageKey(key) && !isFeatureKey(key)) continue
    const lines = held.about(key)
    yield {
      before: replayOf(key, trustedEvents(eventsOf(held, lines, [ours]), now), rules),
      after: replayOf(key, trustedEvents(eventsOf(held, lines, [ours, theirs]), then), rules),
      creation: eventsOf(held, lines, [theirs]).findLast((event) => isCreation(event, key)),
    }
  }
}

/** Only of this package or feature: a gate of several packages brings events of the others. */
function replayOf(key: string, inOrder: readonly LogEvent[], rules: MergeOptions): Replay {
  if (isFeatureKey(key)) return { states: [], features: listOf(foldFeature(inOrder)) }
  const own = packageHistories(inOrder).get(key.slice(key.indexOf('\0') + 1))
  return { states: listOf(own && fold(own, rules)), features: [] }
}

function listOf<Value>(value: Value | undefined): Value[] {
  return value === undefined ? [] : [value]
}

/** Keys of the packages and features about which `theirs` has a line that `ours` lacks, sorted. */
function touched(ours: HeldLog, theirs: HeldLog): string[] {
  const keys = new Set<string>()
  const gates = new Set<string>()
  for (const line of theirs.lines()) {
    if (ours.includes(line)) continue
    // A line that replaces another of its event may name another entity.
    for (const one of ours.held.numbersOf(ours.held.event(line).event_id)) {
      const key = ours.held.entity(one)
      if (isGateKey(key)) gates.add(key)
      else keys.add(key)
    }
  }
  if (gates.size > 0)
    for (const [owner, own] of ours.held.gates())
      if ([...own].some((gate) => gates.has(gate))) keys.add(owner)
  return [...keys].sort()
}

/** The events of these lines, without lines that another of the same event outdoes in these logs. */
function eventsOf(held: HeldEvents, lines: readonly number[], logs: readonly HeldLog[]): LogEvent[] {
  return lines.flatMap((line) => {
    if (!logs.some((log) => log.includes(line))) return []
    const event = held.event(line)
    const rivals = held.numbersOf(event.event_id).filter((one) => logs.some((log) => log.includes(one)))
    if (rivals.length < 2) return [event]
    const [counts] = distinctEvents(rivals.map((one) => held.event(one))).events
    return counts !== undefined && encodeEvent(counts) === encodeEvent(event) ? [event] : []
  })
}

function isCreation(event: LogEvent, key: string): boolean {
  const isOne = isKittyEvent(event) && event.event_type === 'WPCreated'
  return isOne && packageKey(event.payload.feature_slug, event.entity_id) === key
}

function trustedClock(logs: readonly HeldLog[]): number {
  const clocks = Float64Array.from(logs.flatMap((log) => log.clocks())).sort()
  return trustedMaximum(clocks).maximum
}
