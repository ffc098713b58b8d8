import type { EventType, KittyEvent } from './event.js'
import { cutSegments, latestOf, type Edges } from './segments.js'

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
  const cut = cutSegments(writeEdges(edges, writers))
  const groups: number[][] = []
  cut.segmentOf.forEach((segment, rank) => (groups[segment] ??= []).push(rank))
  return groups
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
function writeEdges(edges: Edges, writers: readonly number[]): Edges {
  const rankOf = new Map(writers.map((writer, rank) => [writer, rank]))
  const visible: (readonly number[])[] = []
  const result: (readonly number[])[] = []
  const ranksSeen = new Map<readonly number[], readonly number[]>()
  const writesSeen = new Map<readonly number[], readonly number[]>()
  edges.slice(0, (writers.at(-1) ?? -1) + 1).forEach((parents, node) => {
    // Kept by list: crowds of nodes share one, and so must their edges.
    const seen = remember(writesSeen, parents, () => latestWrites(edges, parents, visible))
    const isWriter = rankOf.has(node)
    visible.push(isWriter ? [node] : seen)
    if (isWriter)
      result.push(remember(ranksSeen, seen, () => seen.flatMap((writer) => rankOf.get(writer) ?? [])))
  })
  return result
}

function latestWrites(edges: Edges, parents: readonly number[], visible: Edges): readonly number[] {
  const [first = [], ...others] = parents.map((parent) => visible[parent] ?? [])
  return others.every((set) => set === first) ? first : latestOf(edges, [first, ...others].flat())
}

function remember<Key extends object, Value>(known: Map<Key, Value>, key: Key, find: () => Value): Value {
  const value = known.get(key) ?? find()
  known.set(key, value)
  return value
}
