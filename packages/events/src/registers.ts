import { DEFAULT_PRIORITY, type EventType, type KittyEvent } from './event.js'
import { actorKey, type Holder } from './holder.js'
import { cutSegments, latestOf, type Edges } from './segments.js'
import { DEFAULT_WORKFLOW, laneShown, type WorkflowTable } from './workflow.js'

export type RegisterRule = 'last_writer_wins' | 'observed_remove_set' | 'counter' | 'grow_only' | 'none'

/** How what each event type writes is merged. Exhaustive: a new type does not compile until it is here. */
export const MERGE_RULES: Readonly<Record<EventType, readonly RegisterRule[]>> = {
  SpecCreated: ['last_writer_wins'],
  FeatureArchived: ['last_writer_wins'],
  FeatureRestored: ['last_writer_wins'],
  WPCreated: ['last_writer_wins', 'observed_remove_set'],
  WPChanged: ['last_writer_wins', 'observed_remove_set'],
  WPStatusChanged: ['last_writer_wins'],
  WorkspaceCreated: ['last_writer_wins'],
  SubtaskCompleted: ['last_writer_wins'],
  GateCreated: ['last_writer_wins'],
  GateResultChanged: ['last_writer_wins'],
  TagsChanged: ['observed_remove_set'],
  UsageRecorded: ['counter'],
  NoteAdded: ['grow_only'],
  NoteRetracted: ['grow_only'],
  Assigned: ['last_writer_wins'],
  LinkAdded: ['grow_only'],
  HeadsJoined: ['none'],
}

/** What one event writes to one register. */
export interface RegisterWrite {
  readonly register: string
  readonly value: string | number | boolean | null | Readonly<Record<string, unknown>>
  /** Of a move into a working lane: the value of the register is the lane together with its holder. */
  readonly holder?: Holder
}

/** The register that tells two packages of one id apart. Concurrent values in it are a collision, not a conflict. */
export const FILE_REGISTER = 'file'

const NOTHING: readonly RegisterWrite[] = []

/**
 * The registers in which concurrent writes with different outcomes are a conflict, and what the event writes there.
 * None for what merges without loss (tags, dependencies, subtasks' places, usage, notes, links) and for what names a
 * place or a kind and is simply replaced (workspaces, the kind of a gate).
 */
export function contestedWrites(
  event: KittyEvent,
  table: WorkflowTable = DEFAULT_WORKFLOW,
): readonly RegisterWrite[] {
  switch (event.event_type) {
    case 'WPStatusChanged':
      return [statusWrite(event, table)]
    case 'SubtaskCompleted':
      return [{ register: `subtask:${event.payload.subtask_id}`, value: event.payload.done }]
    case 'GateResultChanged':
      return [{ register: `gate:${event.entity_id}`, value: event.payload.new_status }]
    case 'WPCreated': {
      const { title, priority, file } = event.payload
      return [
        { register: 'title', value: title },
        { register: 'priority', value: priority ?? DEFAULT_PRIORITY },
        ...(file === undefined || file === null ? [] : [{ register: FILE_REGISTER, value: file }]),
      ]
    }
    case 'WPChanged': {
      const { title, priority } = event.payload
      return [
        ...(title === undefined || title === null ? [] : [{ register: 'title', value: title.new }]),
        ...(priority === undefined || priority === null
          ? []
          : [{ register: 'priority', value: priority.new }]),
      ]
    }
    case 'Assigned':
      return [{ register: 'assignee', value: event.payload.assignee }]
    case 'SpecCreated': {
      const { title, mission } = event.payload
      return [{ register: 'definition', value: { title, mission } }]
    }
    case 'FeatureArchived':
    case 'FeatureRestored':
      return [{ register: 'archived', value: event.event_type === 'FeatureArchived' }]
    case 'WorkspaceCreated':
    case 'GateCreated':
    case 'TagsChanged':
    case 'UsageRecorded':
    case 'NoteAdded':
    case 'NoteRetracted':
    case 'LinkAdded':
    case 'HeadsJoined':
      return NOTHING
    default:
      return event satisfies never
  }
}

function statusWrite(
  { actor, payload }: Extract<KittyEvent, { event_type: 'WPStatusChanged' }>,
  table: WorkflowTable,
): RegisterWrite {
  const write = { register: 'status', value: payload.new_status }
  if (!table.working.includes(laneShown(table, payload.new_status))) return write
  return { ...write, holder: { actor: payload.holder ?? actor, session: payload.session ?? null } }
}

/** Two writes of one register agree exactly when this text is the same. */
export function outcomeOf({ value, holder }: RegisterWrite): string {
  return JSON.stringify(holder === undefined ? [value] : [value, actorKey(holder.actor), holder.session])
}

/** Writes of one register that concurrency ties together, as indices into the stream. */
export interface WriteGroup {
  /** Those that no other of the group has seen: what the writes before them led to. */
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
  const { segmentOf: groupOf, firstChild } = cutSegments(writeEdges(edges, writers))
  const groups: number[][] = []
  groupOf.forEach((group, rank) => (groups[group] ??= []).push(rank))
  return groups
    .filter((ranks) => ranks.length > 1)
    .map((ranks) => {
      const last = ranks.at(-1) ?? -1
      return {
        heads: ranks
          .filter((rank) => (firstChild[rank] ?? Infinity) > last)
          .map((rank) => writers[rank] ?? -1),
        latest: last === writers.length - 1,
      }
    })
}

/** Happened-before among the writers only: for each, the latest writes that it has seen, as ranks. */
function writeEdges(edges: Edges, writers: readonly number[]): Edges {
  const rankOf = new Map(writers.map((writer, rank) => [writer, rank]))
  const visible: (readonly number[])[] = []
  const result: (readonly number[])[] = []
  const ranksSeen = new Map<readonly number[], readonly number[]>()
  const writesSeen = new Map<readonly number[], readonly number[]>()
  edges.slice(0, (writers.at(-1) ?? -1) + 1).forEach((parents, node) => {
    // Cached by list: crowds of nodes share one list, and so must their edges.
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
