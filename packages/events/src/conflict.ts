import { distinctEvents } from './distinct.js'
import { isKittyEvent, type EventId, type KittyEvent, type LogEvent, type Timestamp } from './event.js'
import type { Holder } from './holder.js'
import { lastWriterWins, stateMachine } from './merge.js'
import {
  concurrentGroups,
  contestedWrites,
  FILE_REGISTER,
  outcomeOf,
  type RegisterWrite,
  type WriteGroup,
} from './registers.js'
import { cutSegments } from './segments.js'
import { traceStreams, type Stream } from './stream.js'
import { importedItem } from './twins.js'
import { DEFAULT_WORKFLOW, resolveLane, type WorkflowTable } from './workflow.js'

export type StatusRule = 'last_writer_wins' | 'priority'

export interface MergeOptions {
  /** Lanes and their order; the project's table. */
  readonly table?: WorkflowTable
  /** Which of several concurrent moves wins: the greatest in total order, or the highest lane, then the smallest actor. */
  readonly statusRule?: StatusRule
}

export interface ConflictingWrite {
  readonly event_id: EventId
  readonly actor: string
  readonly value: RegisterWrite['value']
  /** Of a move into a working lane: who claimed the package. */
  readonly holder?: Holder
  readonly timestamp: Timestamp
  readonly lamport_clock: number
}

/** Concurrent writes of one register of one entity that lead to different outcomes. */
export interface Conflict {
  readonly feature: string
  readonly entity_id: string
  /** `status`, `title`, `priority`, `assignee`, `subtask:<id>`, `gate:<id>`; of a feature `definition`, `archived`. */
  readonly register: string
  /** The writes that are in each other's way, in total order; not those that they have replaced. */
  readonly events: readonly ConflictingWrite[]
  readonly winner: EventId
  readonly rule: StatusRule
  /** True while no later write has seen them all. */
  readonly open: boolean
}

/** One of several packages that were created under one id. */
export interface CollidingFile {
  readonly file: string
  readonly event_id: EventId
  readonly actor: string
  readonly title: string
  readonly timestamp: Timestamp
}

/** Packages that were created under one id, while no later creation has seen them all. */
export interface Collision {
  readonly feature: string
  readonly entity_id: string
  /** In total order of their creation. */
  readonly files: readonly CollidingFile[]
}

/** The write that decides a register, where it need not be the last one in total order. */
interface Winner {
  readonly register: string
  readonly event: KittyEvent
}

export interface StreamConflicts {
  readonly conflicts: readonly Conflict[]
  readonly collisions: readonly Collision[]
  readonly winners: readonly Winner[]
}

interface Write {
  readonly index: number
  readonly event: KittyEvent
  readonly write: RegisterWrite
}

const NO_CONFLICTS: StreamConflicts = { conflicts: [], collisions: [], winners: [] }

/**
 * Every conflict, settled ones included, in the order of entities' first appearance, then of registers', then of
 * time. Tags, dependencies, usage, notes and links never conflict.
 */
export function detectConflicts(events: Iterable<LogEvent>, options: MergeOptions = {}): Conflict[] {
  const streams = traceStreams(distinctEvents(events).events)
  return [...streams.values()].flatMap((stream) => streamConflicts(stream, options).conflicts)
}

/** Every id that names several packages, in the order of first appearance. */
export function detectCollisions(events: Iterable<LogEvent>): Collision[] {
  const streams = traceStreams(distinctEvents(events).events)
  return [...streams.values()].flatMap((stream) => streamConflicts(stream, {}).collisions)
}

/** Conflicts, collisions and winners of one entity. */
export function streamConflicts(stream: Stream<LogEvent>, options: MergeOptions): StreamConflicts {
  if (stream.linear) return NO_CONFLICTS
  const { segmentOf } = cutSegments(stream.parents)
  const conflicts: Conflict[] = []
  const winners: Winner[] = []
  let collision: Collision | undefined
  for (const [register, writes] of writesByRegister(stream, options.table)) {
    const needsWinner = mayNotBeLast(stream, register, options)
    for (const group of groupsOf(stream, segmentOf, writes, needsWinner)) {
      const heads = withoutOlderImports(headsOf(writes, group))
      const { winner, rule } = pick(register, heads, options)
      if (winner === undefined) continue
      if (needsWinner && group.latest) winners.push({ register, event: winner })
      if (new Set(heads.map(({ write }) => outcomeOf(write))).size < 2) continue
      if (register === FILE_REGISTER) collision = group.latest ? collisionOf(winner, heads) : collision
      else conflicts.push(conflictOf(register, heads, winner, rule, group.latest))
    }
  }
  if (collision === undefined) return { conflicts, collisions: [], winners }
  const creations = new Set<string>(collision.files.map(({ event_id }) => event_id))
  return {
    // Two packages under one id have a title and a priority each; there is nothing to decide between them.
    conflicts: conflicts.filter(({ events }) => !events.every(({ event_id }) => creations.has(event_id))),
    collisions: [collision],
    winners,
  }
}

function writesByRegister(
  { events }: Stream<LogEvent>,
  table: WorkflowTable | undefined,
): Map<string, Write[]> {
  const registers = new Map<string, Write[]>()
  events.forEach((event, index) => {
    if (!isKittyEvent(event)) return
    for (const write of contestedWrites(event, table)) {
      const known = registers.get(write.register)
      if (known === undefined) registers.set(write.register, [{ index, event, write }])
      else known.push({ index, event, write })
    }
  })
  return registers
}

/** Whether the winner of a register may be another write than its last one in total order. */
function mayNotBeLast(stream: Stream<LogEvent>, register: string, { statusRule }: MergeOptions): boolean {
  return stream.imported || (register === 'status' && statusRule === 'priority')
}

/** @param all also those in which all agree */
function groupsOf(
  { parents }: Stream<LogEvent>,
  segmentOf: readonly number[],
  writes: readonly Write[],
  all: boolean,
): WriteGroup[] {
  // The cheap question first: where all agree there is nothing to find.
  const first = writes[0] && outcomeOf(writes[0].write)
  if (!all && writes.every(({ write }) => outcomeOf(write) === first)) return []
  return concurrentGroups(
    parents,
    segmentOf,
    writes.map(({ index }) => index),
  )
}

function headsOf(writes: readonly Write[], { heads }: WriteGroup): Write[] {
  const indices = new Set(heads)
  return writes.filter(({ index }) => indices.has(index))
}

/**
 * Imports of one item do not contend with each other: each repeats what the source said at its time, so the latest
 * one counts.
 */
function withoutOlderImports(writes: readonly Write[]): readonly Write[] {
  const latest = new Map<string, Write>()
  for (const write of writes) {
    const item = importedItem(write.event)
    if (item === undefined) continue
    const known = latest.get(item)
    // Timestamps have one form and compare as text; writes come in total order.
    if (known === undefined || known.event.timestamp <= write.event.timestamp) latest.set(item, write)
  }
  if (latest.size === 0) return writes
  return writes.filter((write) => {
    const item = importedItem(write.event)
    return item === undefined || latest.get(item) === write
  })
}

function conflictOf(
  register: string,
  heads: readonly Write[],
  winner: KittyEvent,
  rule: StatusRule,
  open: boolean,
): Conflict {
  const events = heads.map(({ event, write }) => ({
    event_id: event.event_id,
    actor: event.actor,
    value: write.value,
    ...(write.holder === undefined ? {} : { holder: write.holder }),
    timestamp: event.timestamp,
    lamport_clock: event.lamport_clock,
  }))
  const { entity_id, payload } = winner
  return { feature: payload.feature_slug, entity_id, register, events, winner: winner.event_id, rule, open }
}

function collisionOf({ entity_id, payload }: KittyEvent, heads: readonly Write[]): Collision {
  const files = heads.flatMap(({ event }) => {
    if (event.event_type !== 'WPCreated') return []
    const { event_id, actor, timestamp } = event
    return [{ file: event.payload.file ?? '', event_id, actor, title: event.payload.title, timestamp }]
  })
  return { feature: payload.feature_slug, entity_id, files }
}

function pick(
  register: string,
  heads: readonly Write[],
  { table = DEFAULT_WORKFLOW, statusRule = 'last_writer_wins' }: MergeOptions,
): { readonly winner: KittyEvent | undefined; readonly rule: StatusRule } {
  if (register !== 'status' || statusRule === 'last_writer_wins') {
    return { winner: lastWriterWins(heads.map(({ event }) => event)), rule: 'last_writer_wins' }
  }
  const result = stateMachine(heads, {
    priority: new Map(table.lanes.map((lane, rank) => [lane, rank])),
    // A lane that the table lacks has no rank of its own.
    stateOf: ({ write: { value } }) =>
      (typeof value === 'string' ? resolveLane(table, value) : undefined) ?? table.initial,
    actorOf: ({ event }) => event.actor,
  })
  return { winner: result.ok ? result.winner.event : undefined, rule: 'priority' }
}
