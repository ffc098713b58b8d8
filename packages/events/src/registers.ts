import type { EventType, KittyEvent } from './event.js'
import { cutSegments, reaches, type Edges } from './segments.js'

export type RegisterRule = 'last_writer_wins' | 'observed_remove_set' | 'counter' | 'grow_only'

/** How what each event type writes is merged. Exhaustive: a new type does not compile until it stands here. */
export const MERGE_RULES: Readonly<Record<EventType, RegisterRule>> = {
  SpecCreated: 'last_writer_wins',
  WPCreated: 'last_writer_wins',
  WPStatusChanged: 'last_writer_wins',
  WorkspaceCreated: 'last_writer_wins',
  SubtaskCompleted: 'last_writer_wins',
  GateCreated: 'last_writer_wins',
  GateResultChanged: 'last_writer_wins',
  TagsChanged: 'observed_remove_set',
  UsageRecorded: 'counter',
  NoteAdded: 'grow_only',
}

/** What one event writes to one register. */
export interface RegisterWrite {
  readonly register: string
  readonly value: string | boolean | Readonly<Record<string, unknown>>
}

/**
 * The register in which concurrent writes with different outcomes are a conflict, and what the event writes there.
 * Undefined for what merges without loss (tags, usage, notes) and for what names a place or a kind and is simply
 * replaced (workspaces, the kind of a gate).
 */
export function contestedWrite(event: KittyEvent): RegisterWrite | undefined {
  switch (event.event_type) {
    case 'WPStatusChanged':
      return { register: 'status', value: event.payload.new_status }
    case 'SubtaskCompleted':
      return { register: `subtask:${event.payload.subtask_id}`, value: event.payload.done }
    case 'GateResultChanged':
      return { register: `gate:${event.entity_id}`, value: event.payload.new_status }
    case 'WPCreated': {
      const { title, dependencies, subtasks } = event.payload
      return { register: 'definition', value: { title, dependencies, subtasks } }
    }
    case 'SpecCreated':
      return { register: 'definition', value: { title: event.payload.title, mission: event.payload.mission } }
    case 'WorkspaceCreated':
    case 'GateCreated':
    case 'TagsChanged':
    case 'UsageRecorded':
    case 'NoteAdded':
      return undefined
    default:
      return event satisfies never
  }
}

/** Writes of one register that concurrency ties together, as indices into the stream. */
export interface WriteGroup {
  readonly members: readonly number[]
  /** Members that no other member has seen. */
  readonly heads: readonly number[]
  /** True when no later write has settled it: its heads are the register's heads. */
  readonly latest: boolean
}

/**
 * The groups, of two writes or more, that are connected by concurrency; a write outside them is ordered against
 * every other write of its register.
 * @param edges of the stream
 * @param segmentOf of the same edges, see {@link cutSegments}
 * @param writers indices of the events that write the register, ascending
 */
export function concurrentGroups(
  edges: Edges,
  segmentOf: readonly number[],
  writers: readonly number[],
): WriteGroup[] {
  const mayMeet = writers.some(
    (writer, at) => at > 0 && segmentOf[writer] === segmentOf[writers[at - 1] ?? -1],
  )
  if (!mayMeet) return []
  const cut = cutSegments(writeEdges(edges, segmentOf, writers))
  const groups = new Map<number, number[]>()
  cut.segmentOf.forEach((segment, rank) => groups.set(segment, [...(groups.get(segment) ?? []), rank]))
  return [...groups.values()]
    .filter((ranks) => ranks.length > 1)
    .map((ranks) => {
      const last = ranks.at(-1) ?? -1
      const toIndex = (rank: number) => writers[rank] ?? -1
      return {
        members: ranks.map(toIndex),
        heads: (cut.headsAt[last] ?? []).map(toIndex),
        latest: last === writers.length - 1,
      }
    })
}

/** Happened-before among the writers alone: for each, the latest writes it has seen, as ranks. */
function writeEdges(edges: Edges, segmentOf: readonly number[], writers: readonly number[]): Edges {
  const rankOf = new Map(writers.map((writer, rank) => [writer, rank]))
  const visible: (readonly number[])[] = []
  const result: (readonly number[])[] = []
  const hasSeen = (later: number, earlier: number) =>
    segmentOf[later] !== segmentOf[earlier] || reaches(edges, later, earlier)
  edges.slice(0, (writers.at(-1) ?? -1) + 1).forEach((parents, node) => {
    const seen = latest(
      parents.map((parent) => visible[parent] ?? []),
      hasSeen,
    )
    const rank = rankOf.get(node)
    visible.push(rank === undefined ? seen : [node])
    if (rank !== undefined) result.push(seen.flatMap((writer) => rankOf.get(writer) ?? []))
  })
  return result
}

/** The union of the sets without what another member of the union has seen. */
function latest(sets: readonly (readonly number[])[], hasSeen: (later: number, earlier: number) => boolean) {
  const [first = [], ...others] = sets
  if (others.every((set) => set === first)) return first
  const union = [...new Set(sets.flat())].sort((a, b) => a - b)
  return union.filter((writer, at) => !union.some((other, after) => after > at && hasSeen(other, writer)))
}
