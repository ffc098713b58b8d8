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
  const [now, then] = [trustedClock(held, [ours]), trustedClock(held, [ours, theirs])]
  // Their clocks may fill the gap below events of ours that were not trusted, or one of their lines may outdo ours that
  // filled it: any of ours may count from then on, or count no more.
  const isAny = then < now || (now < then && now < ours.greatestClock)
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
    return !held.hasRival(line) || outdoesRivals(held, event, logs) ? [event] : []
  })
}

function outdoesRivals(held: HeldEvents, event: LogEvent, logs: readonly HeldLog[]): boolean {
  const rivals = held.numbersOf(event.event_id).filter((one) => logs.some((log) => log.includes(one)))
  const [counts] = distinctEvents(rivals.map((one) => held.event(one))).events
  return counts !== undefined && encodeEvent(counts) === encodeEvent(event)
}

function isCreation(event: LogEvent, key: string): boolean {
  const isOne = isKittyEvent(event) && event.event_type === 'WPCreated'
  return isOne && packageKey(event.payload.feature_slug, event.entity_id) === key
}

/** A line that another of its event outdoes does not count: its clock must not fill a gap. */
function trustedClock(held: HeldEvents, logs: readonly HeldLog[]): number {
  const clocks: number[] = []
  for (const log of logs)
    for (const line of log.lines())
      if (!held.hasRival(line) || outdoesRivals(held, held.event(line), logs)) clocks.push(held.clock(line))
  return trustedMaximum(Float64Array.from(clocks).sort()).maximum
}
