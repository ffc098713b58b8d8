import { distinctEvents } from './distinct.js'
import { isKittyEvent, type EventId, type LogEvent, type Timestamp } from './event.js'
import { lastWriterWins, stateMachine } from './merge.js'
import { concurrentGroups, contestedWrite, type RegisterWrite, type WriteGroup } from './registers.js'
import { cutSegments } from './segments.js'
import { traceStreams, type Stream } from './stream.js'
import { DEFAULT_WORKFLOW, resolveLane, type WorkflowTable } from './workflow.js'

export type StatusRule = 'last_writer_wins' | 'priority'

export interface MergeOptions {
  /** Lanes and their order; the project's table. */
  readonly table?: WorkflowTable
  /** How concurrent moves are settled: the greatest in total order, or the highest lane, then the smallest actor. */
  readonly statusRule?: StatusRule
}

export interface ConflictingWrite {
  readonly event_id: EventId
  readonly actor: string
  readonly value: RegisterWrite['value']
  readonly timestamp: Timestamp
  readonly lamport_clock: number
}

/** Concurrent writes of one register of one entity with different outcomes. */
export interface Conflict {
  readonly feature: string
  readonly entity_id: string
  /** `status`, `definition`, `subtask:<id>` or `gate:<id>`. */
  readonly register: string
  /** In total order. */
  readonly events: readonly ConflictingWrite[]
  readonly winner: EventId
  readonly rule: StatusRule
  /** True while no later write has seen them all. */
  readonly open: boolean
}

interface Writes {
  readonly indices: number[]
  readonly values: RegisterWrite['value'][]
}

/**
 * Every group of concurrent writes of one register that do not agree, settled ones included, in the order of
 * entities' first appearance, then of registers', then of time. Tags, usage and notes never conflict.
 */
export function detectConflicts(events: Iterable<LogEvent>, options: MergeOptions = {}): Conflict[] {
  const streams = traceStreams(distinctEvents(events).events)
  return [...streams.values()].flatMap((stream) => streamConflicts(stream, options))
}

/** The same for one entity. */
export function streamConflicts(stream: Stream<LogEvent>, options: MergeOptions): Conflict[] {
  if (stream.linear) return []
  const { segmentOf } = cutSegments(stream.parents)
  return [...writesByRegister(stream)].flatMap(([register, writes]) => {
    // The cheap question first: where all agree there is nothing to find.
    const outcomes = new Map(writes.indices.map((index, at) => [index, JSON.stringify(writes.values[at])]))
    if (new Set(outcomes.values()).size < 2) return []
    return concurrentGroups(stream.parents, segmentOf, writes.indices)
      .filter((group) => new Set(group.members.map((member) => outcomes.get(member))).size > 1)
      .flatMap((group) => describe(stream, register, group, options))
  })
}

/** The move that decides the lane, among those no later move has seen. */
export function winningMove(stream: Stream<LogEvent>, options: MergeOptions): LogEvent | undefined {
  const moves = writesByRegister(stream).get('status')?.indices ?? []
  const lastMove = moves.slice(-1)
  if (stream.linear) return pick(stream, 'status', lastMove, options).winner
  const { segmentOf } = cutSegments(stream.parents)
  const undecided = concurrentGroups(stream.parents, segmentOf, moves).find((group) => group.latest)
  return pick(stream, 'status', undecided?.heads ?? lastMove, options).winner
}

function writesByRegister({ events }: Stream<LogEvent>): Map<string, Writes> {
  const registers = new Map<string, Writes>()
  events.forEach((event, index) => {
    const write = isKittyEvent(event) ? contestedWrite(event) : undefined
    if (write === undefined) return
    const writes = registers.get(write.register) ?? { indices: [], values: [] }
    writes.indices.push(index)
    writes.values.push(write.value)
    registers.set(write.register, writes)
  })
  return registers
}

function describe(
  stream: Stream<LogEvent>,
  register: string,
  group: WriteGroup,
  options: MergeOptions,
): Conflict[] {
  const { winner, rule } = pick(stream, register, group.heads, options)
  if (winner === undefined) return []
  const events = group.members.flatMap((index) => conflictingWrite(stream.events[index]))
  // A group that no later write has settled has two heads or more: a single one would have settled it.
  const open = group.latest
  const { entity_id, payload } = winner
  return [{ feature: payload.feature_slug, entity_id, register, events, winner: winner.event_id, rule, open }]
}

function conflictingWrite(event: LogEvent | undefined): ConflictingWrite[] {
  const write = event !== undefined && isKittyEvent(event) ? contestedWrite(event) : undefined
  if (event === undefined || write === undefined) return []
  const { event_id, actor, timestamp, lamport_clock } = event
  return [{ event_id, actor, value: write.value, timestamp, lamport_clock }]
}

/** The status a move writes. */
function statusOf(event: LogEvent): string {
  const value = conflictingWrite(event)[0]?.value
  return typeof value === 'string' ? value : ''
}

function pick(
  stream: Stream<LogEvent>,
  register: string,
  heads: readonly number[],
  { table = DEFAULT_WORKFLOW, statusRule = 'last_writer_wins' }: MergeOptions,
): { readonly winner: LogEvent | undefined; readonly rule: StatusRule } {
  const writes = heads.flatMap((index) => stream.events[index] ?? [])
  if (register !== 'status' || statusRule === 'last_writer_wins') {
    return { winner: lastWriterWins(writes), rule: 'last_writer_wins' }
  }
  const result = stateMachine(writes, {
    priority: new Map(table.lanes.map((lane, rank) => [lane, rank])),
    // A lane that the table lacks has no rank of its own.
    stateOf: (event) => resolveLane(table, statusOf(event)) ?? table.initial,
    actorOf: (event) => event.actor,
  })
  return { winner: result.ok ? result.winner : undefined, rule: 'priority' }
}
