/** Turns one item into events that are not yet dated, linked or checked against the log. */
import { beginning } from '../errors/beginning.js'
import { isName, movesFrom, type WorkflowTable } from '../events-lib.js'
import type { ItemChange, TransferItem } from './document.js'
import { canonical, type Json } from './json.js'
import { valueHash } from './keys.js'
import type { LaneMap } from './lane-map.js'
import type { ForeignDraft } from '../store/event-store.js'
import { nameOf, singleLine } from './text.js'

export interface Proposal {
  /** Whether `h` is the source's own ID of an event. */
  readonly hasId: boolean
  /** The register part of the import key. */
  readonly what: string
  readonly h: string
  readonly at: string | null
  readonly by: string | null
  readonly event_type: string
  readonly event_version: number
  readonly entity_id: string
  readonly entity_type: string
  readonly payload: Json & { readonly feature_slug: string }
}

export interface PackagePlace {
  readonly feature: string
  readonly workPackage: string
  readonly format: string
  readonly table: WorkflowTable
  readonly lanes: LaneMap
  /** Called with what was cut or omitted. */
  readonly lost: (what: string) => void
}

/** Maximum length of a note in one event: the schema's limit, less room for JSON escapes. */
const NOTE_LENGTH = 40_000
/** Maximum size in bytes of each object that travels with a move. */
const ATTACHED_BYTES = 16 * 1024
const KNOWN_KEYS = {
  evidence: ['review', 'repos', 'verification'],
  review: ['reviewer', 'verdict', 'reference'],
  actor_info: ['role', 'profile', 'tool', 'model', 'provider'],
} as const

/** Turns the item's changes into events, one or several per change, in the source's order. */
export function historyProposals(item: TransferItem, place: PackagePlace): Proposal[] {
  const used = new Map<string, number>()
  return item.changes
    .flatMap((change) => changeProposals(change, place))
    .flatMap((proposal) => {
      // One line of a source may say several things of one kind. Without a line ID, equal things count as one.
      const name = `${proposal.what}\n${proposal.h}`
      const count = (used.get(name) ?? 0) + 1
      used.set(name, count)
      if (count === 1) return [proposal]
      return proposal.hasId ? [{ ...proposal, what: `${proposal.what}.${count}` }] : []
    })
}

function changeProposals(change: ItemChange, place: PackagePlace): Proposal[] {
  const { feature, workPackage: id } = place
  const base = { feature_slug: feature, work_package_id: id }
  const of = (what: string, event_type: string, payload: Json): Proposal => ({
    ...wrap(what, change, place, payload),
    event_type,
    payload: { ...payload, feature_slug: feature },
  })
  switch (change.kind) {
    case 'note':
      return partsOf(change.text).map((text, at) =>
        of(at === 0 ? 'note' : `note.part${at + 1}`, 'NoteAdded', { feature_slug: feature, text }),
      )
    case 'link':
      return change.ref === ''
        ? []
        : [
            of(`link.${change.ref}`, 'LinkAdded', {
              ...base,
              kind: change.link,
              ref: change.ref.slice(0, 1_000),
              title: change.title,
            }),
          ]
    case 'subtask':
      return [
        of(`subtask.${change.subtask}`, 'SubtaskCompleted', {
          ...base,
          subtask_id: change.subtask,
          done: change.done,
        }),
      ]
    case 'assign':
      return [
        of('assignee', 'Assigned', {
          ...base,
          assignee: change.assignee,
          ...attached('actor_info', change.actorInfo, place),
        }),
      ]
    case 'move': {
      const [from, to] = [place.lanes.laneOfWord(change.from), place.lanes.laneOfWord(change.to)]
      const move = moveProposal(
        { ...change, from, to },
        place,
        wrap('lane', change, place, [change.from, change.to, change.reason]),
      )
      const gate = place.lanes.gates.get(change.to)
      return gate === undefined ? [move] : [move, ...gateProposals(gate, change, place)]
    }
  }
}

/** Builds the key and envelope of an event about the package itself. */
function wrap(
  what: string,
  { id, at, by }: { readonly id: string | null; readonly at: string | null; readonly by: string | null },
  { workPackage }: PackagePlace,
  value: unknown,
): Omit<Proposal, 'event_type' | 'payload'> {
  const hasId = id !== null
  const h = hasId && /^[\w.-]{1,26}$/.test(id) ? id : valueHash(id ?? value, by, at, null)
  return { hasId, what, h, at, by, event_version: 1, entity_id: workPackage, entity_type: 'WorkPackage' }
}

export interface Move {
  readonly from: string
  readonly to: string
  readonly reason: string | null
  readonly force: boolean
  readonly evidence: Json | null
  readonly review: Json | null
  readonly actorInfo: Json | null
}

/** Returns the draft without the objects that travel with it; undefined if it has none. */
export function withoutAttached<Draft extends ForeignDraft>(draft: Draft): Draft | undefined {
  const names = Object.keys(KNOWN_KEYS).filter((name) => Object.hasOwn(draft.payload, name))
  if (names.length === 0) return undefined
  const { feature_slug, ...others } = draft.payload
  const rest = Object.fromEntries(Object.entries(others).filter(([key]) => !names.includes(key)))
  return { ...draft, event_version: 1, payload: { feature_slug, ...rest } }
}

/** If the table lacks the move, forces it and says why. */
export function moveProposal(
  { from, to, reason, force, evidence, review, actorInfo }: Move,
  place: PackagePlace,
  key: Omit<Proposal, 'event_type' | 'payload'>,
): Proposal {
  const isOpen = movesFrom(place.table, from).some((move) => move.to === to && move.forcedOnly !== true)
  const extras = {
    ...attached('evidence', evidence, place),
    ...attached('review', review, place),
    ...attached('actor_info', actorInfo, place),
  }
  const words = reason === null ? null : reason.slice(0, NOTE_LENGTH)
  return {
    ...key,
    event_type: 'WPStatusChanged',
    event_version: Object.keys(extras).length === 0 ? 1 : 2,
    payload: {
      feature_slug: place.feature,
      old_status: from,
      new_status: to,
      reason: words ?? (isOpen ? null : `imported from ${place.format}`),
      force: force || !isOpen,
      ...extras,
    },
  }
}

function gateProposals(gate: string, change: ItemChange, place: PackagePlace): Proposal[] {
  const id = `${place.workPackage}-${gate}`
  const of = (what: string, event_type: string, payload: Json, h?: string): Proposal => {
    const key = wrap(what, change, place, payload)
    return {
      ...key,
      h: h ?? key.h,
      entity_id: id,
      entity_type: 'Gate',
      event_type,
      payload: { feature_slug: place.feature, gate_id: id, ...payload },
    }
  }
  return [
    // Create a gate once, on the first move that needs it.
    of(
      `gate.${gate}`,
      'GateCreated',
      { work_package_id: place.workPackage, gate_type: gate },
      valueHash(gate, null, null, null),
    ),
    of(`gate.${gate}.result`, 'GateResultChanged', { old_status: 'pending', new_status: 'passed' }),
  ]
}

/**
 * Returns an object that travels with an event. If it is too large, keeps only the keys that kitty knows, or nothing.
 */
function attached(name: keyof typeof KNOWN_KEYS, value: Json | null, { lost }: PackagePlace): Json {
  if (value === null || Object.keys(value).length === 0) return {}
  if (Buffer.byteLength(canonical(value)) <= ATTACHED_BYTES) return { [name]: value }
  const keys: readonly string[] = KNOWN_KEYS[name]
  const known = Object.fromEntries(Object.entries(value).filter(([key]) => keys.includes(key)))
  if (Buffer.byteLength(canonical(known)) <= ATTACHED_BYTES && Object.keys(known).length > 0) {
    lost(`${name} over 16 KiB (cut to the known keys)`)
    return { [name]: known }
  }
  lost(`${name} over 16 KiB`)
  return {}
}

function partsOf(text: string): string[] {
  const parts: string[] = []
  for (let rest = text.trim(); rest !== '';) {
    if (rest.length <= NOTE_LENGTH) return [...parts, rest]
    const at = rest.lastIndexOf('\n', NOTE_LENGTH)
    const part = beginning(rest, at > NOTE_LENGTH / 2 ? at : NOTE_LENGTH)
    parts.push(part)
    rest = rest.slice(part.length).trim()
  }
  return parts
}

/** Returns a label for an event's actor that the log accepts. */
export function actorName(by: string | null, importer: string): string {
  const name = by === null ? undefined : nameOf(by)?.normalize()
  // A few names are reserved in the log, `constructor` among them, and someone may be called so elsewhere.
  return [name, `@${name}`].find((one) => name !== undefined && isName(one)) ?? importer
}

/** Returns a title that fits on one line of the log and of a board. */
export function titleOf(item: TransferItem, lost: (what: string) => void): string {
  const title = singleLine(item.title)
  if (title.length <= TITLE_LENGTH) return title
  lost('title over 1,000 characters (cut)')
  return `${singleLine(title.slice(0, TITLE_LENGTH - 1))}…`
}

const TITLE_LENGTH = 1_000
