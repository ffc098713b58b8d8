import { KittyError } from '../errors/kitty-error.js'
import type { WorkflowTable } from '../events-lib.js'
import type { LaneRole, SourceLane, TransferDocument } from './document.js'
import { laneFor, wordTable } from './roles.js'
import { sentence } from '../errors/next-step.js'

/** Maps the source's statuses to lanes of this project. */
export interface LaneMap {
  /** Returns the lane for a status of the source. */
  laneOf(lane: Pick<SourceLane, 'status' | 'role' | 'lane'>): string
  /** Returns the lane for a status word in a move. */
  laneOfWord(word: string): string
  /** Statuses that leave a gate behind, with the gate. */
  readonly gates: ReadonlyMap<string, string>
  /** Statuses that put a tag on a package for as long as it is in them. */
  readonly tags: ReadonlyMap<string, string>
}

/** `--map default`: maps the nine lanes to the five of the default table. */
const NINE_IN_DEFAULT: ReadonlyMap<string, string> = new Map([
  ['genesis', 'planned'],
  ['planned', 'planned'],
  ['claimed', 'doing'],
  ['in_progress', 'doing'],
  ['doing', 'doing'],
  ['for_review', 'for_review'],
  ['in_review', 'for_review'],
  ['approved', 'for_review'],
  ['blocked', 'planned'],
  ['done', 'done'],
  ['canceled', 'canceled'],
])
/** The gate that `approved` stands for under the default table. */
const REVIEW_GATE: ReadonlyMap<string, string> = new Map([['approved', 'REVIEW']])
const BLOCKED_TAG: ReadonlyMap<string, string> = new Map([['blocked', 'blocked']])
const NONE: ReadonlyMap<string, string> = new Map()

/**
 * @param maps the values of `--map`: `A=B` pairs, and the word `default`
 * @throws KittyError UsageError for a pair that names no lane, and for a source with lanes that this table lacks
 */
export function laneMap(document: TransferDocument, table: WorkflowTable, maps: readonly string[]): LaneMap {
  const pairs = new Map(maps.filter((map) => map !== 'default').map((map) => pairOf(map, table)))
  const isDefault = maps.includes('default')
  const base = isDefault ? NINE_IN_DEFAULT : NONE
  if (isDefault) refuseMissing([...NINE_IN_DEFAULT.values()], table)
  const named = (word: string): string | undefined => pairs.get(word) ?? base.get(word)
  const [aliases, roles] = [wordTable(table.aliases ?? {}), wordTable(document.roles)]
  const known = (word: string): string | undefined =>
    table.lanes.includes(word) || table.offBoard?.includes(word) === true ? word : aliases[word]
  const byRole = (role: LaneRole): string => laneFor(role, table) ?? table.initial
  const isNine = document.workflow === 'reviewed'
  if (isNine && table.name !== 'reviewed' && maps.length === 0 && usesNineLanes(document, table))
    throw needsMap(table)
  const laneOfWord = (word: string): string => named(word) ?? known(word) ?? byRole(roles[word] ?? 'initial')
  return {
    laneOf: ({ status, role, lane }) => {
      const mapped = named(status)
      if (mapped !== undefined) return mapped
      if (lane !== null) return named(lane) ?? known(lane) ?? byRole(role)
      // A blocked package goes back to the initial lane, with a tag, unless the table has such a lane and is the
      // source's own.
      return role === 'stopped' ? table.initial : byRole(role)
    },
    laneOfWord,
    gates: isDefault ? REVIEW_GATE : NONE,
    tags: isDefault ? BLOCKED_TAG : NONE,
  }
}

function pairOf(map: string, table: WorkflowTable): readonly [string, string] {
  const at = map.lastIndexOf('=')
  const [from, to] = [map.slice(0, at).trim(), map.slice(at + 1).trim()]
  if (at > 0 && table.lanes.includes(to)) return [from, to]
  const problem =
    at > 0 ? `${JSON.stringify(to)} is no lane of this project` : `${JSON.stringify(map)} is no pair`
  throw new KittyError('UsageError', `--map: ${problem}.`, {
    nextSteps: [sentence`Write --map "status=lane"; lanes are ${table.lanes}.`],
    context: { map, lanes: table.lanes },
  })
}

function refuseMissing(lanes: readonly string[], table: WorkflowTable): void {
  const missing = [...new Set(lanes)].filter((lane) => !table.lanes.includes(lane))
  if (missing.length === 0) return
  throw new KittyError(
    'UsageError',
    `--map default needs lanes that this project lacks: ${missing.join(', ')}.`,
    {
      nextSteps: [
        sentence`Name lanes of this project instead, as in --map "in_progress=${laneFor('working', table) ?? table.initial}".`,
      ],
      context: { missing, lanes: table.lanes },
    },
  )
}

function usesNineLanes(document: TransferDocument, table: WorkflowTable): boolean {
  const words = document.features.flatMap(({ items }) =>
    items.flatMap((item) => [
      ...(item.lane === undefined ? [] : [item.lane.lane ?? item.lane.status]),
      ...item.changes.flatMap((change) => (change.kind === 'move' ? [change.to] : [])),
    ]),
  )
  return words.some((word) => !table.lanes.includes(word))
}

function needsMap(table: WorkflowTable): KittyError {
  return new KittyError(
    'UsageError',
    `The source's lanes are not those of this project (workflow "${table.name}"), and its log is not empty.`,
    {
      nextSteps: ['Run the import again with --map default, or with --map "approved=for_review" and so on.'],
      context: { workflow: table.name, lanes: table.lanes },
    },
  )
}
