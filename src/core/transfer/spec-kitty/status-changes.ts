/** What a transition or an annotation of `status.events.jsonl` changes. */
import type { ActorInfo, ItemChange, MoveExtra } from '../document.js'
import { isJson, type Json, objectAt, textAt, textsAt } from '../json.js'
import { block, type LossCount, nameOf, singleLine } from '../text.js'
import { EXPORTED, SEED } from './lanes.js'

/** A package's history while its lines are read. */
export interface HistoryDraft {
  title: string | null
  createdAt: string | null
  createdBy: string | null
  dependencies: readonly string[]
  readonly changes: ItemChange[]
}

export interface StatusLine {
  readonly id: string
  /** As written: the source sorts by this text. */
  readonly written: string
  readonly at: string | null
  readonly json: Json
}

/** The keys that we read from a transition; `mission_*` only repeat which mission it is. */
const TRANSITION = new Set(
  'actor at event_id evidence force from_lane to_lane reason reason_source review_ref review_result wp_id mission_id mission_slug feature_slug'.split(
    ' ',
  ),
)
/** What a delta holds if nothing was resolved. */
const ABSENT = /^__resolved_\w+_absent__$/
export function readTransition({ id, at, json }: StatusLine, draft: HistoryDraft, losses: LossCount): void {
  const { label: by, info } = actorOf(json['actor'])
  draft.createdAt ??= at
  if (Object.hasOwn(objectAt(json, 'policy_metadata') ?? {}, SEED)) {
    draft.createdBy ??= by
    return
  }
  const [from, to] = [laneAt(json, 'from_lane'), laneAt(json, 'to_lane')]
  for (const [key, value] of Object.entries(json))
    if (!TRANSITION.has(key) && value !== null && !isExported(json))
      losses.add(`${singleLine(key)} of a move`, 'dropped')
  draft.changes.push({
    kind: 'move',
    id,
    at,
    by,
    from,
    to,
    reason: textAt(json, 'reason'),
    force: json['force'] === true,
    evidence: evidenceOf(objectAt(json, 'evidence')),
    review: reviewOf(json),
    actorInfo: info,
  })
  // Only this move says who works on the package from now on.
  const agent = textAt(objectAt(json, 'policy_metadata') ?? {}, 'agent')
  if (from === 'planned' && to === 'claimed' && agent !== null)
    draft.changes.push({ kind: 'assign', id, at, by, assignee: nameOf(agent) ?? null, actorInfo: null })
}

/**
 * Returns the lane. For a line that kitty exported, returns the lane of the other table that this one was written for.
 */
function laneAt(json: Json, key: 'from_lane' | 'to_lane'): string {
  const written = textAt(json, key) ?? ''
  const meant = textAt(objectAt(json, 'policy_metadata') ?? {}, `kitty:${key}`)
  return meant ?? written
}

/** What kitty's export adds to its own lines is not a loss. */
function isExported(json: Json): boolean {
  return Object.hasOwn(objectAt(json, 'policy_metadata') ?? {}, EXPORTED)
}

/** `files_touched` is kitty's `files`; all other names are the same. */
function evidenceOf(json: Json | null): MoveExtra | null {
  if (json === null) return null
  const repos = json['repos']
  if (!Array.isArray(repos)) return json
  // Cast: Array.isArray returns any[].
  const renamed = (repos as unknown[]).map((repo) => {
    if (!isJson(repo) || !Object.hasOwn(repo, 'files_touched')) return repo
    const { files_touched: files, ...rest } = repo
    return { ...rest, files }
  })
  return { ...json, repos: renamed }
}

/**
 * Returns the reviewer's verdict. A bare `review_ref` becomes its reference, and is kept separately if the verdict
 * names another.
 */
function reviewOf(json: Json): MoveExtra | null {
  const result = objectAt(json, 'review_result')
  const ref = textAt(json, 'review_ref')
  if (ref === null) return result
  if (result === null) return { reference: ref }
  const reference = textAt(result, 'reference') ?? ref
  return reference === ref ? { ...result, reference } : { ...result, review_ref: ref }
}

export function readAnnotation({ id, at, json }: StatusLine, draft: HistoryDraft, losses: LossCount): void {
  const delta = objectAt(json, 'delta') ?? {}
  const { label: by, info } = actorOf(json['actor'])
  const base = { id, at, by }
  const note = textAt(delta, 'note')
  if (note !== null) draft.changes.push({ ...base, kind: 'note', text: block(note) })
  for (const [subtask, status] of Object.entries(objectAt(delta, 'subtasks') ?? {}))
    if (nameOf(subtask) === subtask)
      draft.changes.push({ ...base, kind: 'subtask', subtask, done: status === 'done' })
  const assignee = textAt(delta, 'assignee') ?? textAt(delta, 'agent')
  const details = { ...info, ...resolvedOf(delta) }
  const hasDetails = Object.keys(details).length > 0
  if (assignee !== null)
    draft.changes.push({
      ...base,
      kind: 'assign',
      assignee: nameOf(assignee) ?? null,
      actorInfo: hasDetails ? details : null,
    })
  else if (delta['release_runtime_claim'] === true)
    draft.changes.push({ ...base, kind: 'assign', assignee: null, actorInfo: hasDetails ? details : null })
  else if (Object.keys(resolvedOf(delta)).length > 0)
    losses.add('role, profile, model of an annotation', 'dropped')
  for (const ref of [...textsAt(delta, 'tracker_refs'), ...textsAt(delta, 'tracker_refs_replace')])
    draft.changes.push({ ...base, kind: 'link', link: 'tracker', ref: singleLine(ref), title: null })
  const review = objectAt(delta, 'review')
  const override = review === null ? null : textAt(review, 'reason')
  if (review !== null && override !== null) {
    const who = textAt(review, 'actor') ?? by ?? 'unknown'
    draft.changes.push({
      ...base,
      kind: 'note',
      text: `Review overridden by ${singleLine(who)}: ${block(override)}`,
    })
  }
  if (Object.hasOwn(delta, 'review_result')) losses.add('review_result of an annotation', 'dropped')
  if (Object.hasOwn(delta, 'shell_pid')) losses.add('shell_pid of an annotation', 'dropped')
}

const RESOLVED = [
  ['role', 'role'],
  ['profile', 'agent_profile'],
  ['model', 'model'],
  ['provider', 'provider'],
] as const

function resolvedOf(delta: Json): ActorInfo {
  return Object.fromEntries(
    RESOLVED.flatMap(([key, written]) => {
      const value = textAt(delta, written)
      return value === null || ABSENT.test(value) ? [] : [[key, singleLine(value)]]
    }),
  )
}

/** Accepts a plain name, or `{role, profile, tool, model}`, whose tool becomes the label. */
export function actorOf(actor: unknown): { readonly label: string | null; readonly info: ActorInfo | null } {
  if (typeof actor === 'string') return { label: nameOf(actor) ?? null, info: null }
  if (!isJson(actor)) return { label: null, info: null }
  const label = textAt(actor, 'tool') ?? textAt(actor, 'id') ?? textAt(actor, 'role')
  const info = Object.fromEntries(
    ['role', 'profile', 'tool', 'model', 'provider'].flatMap((key) => {
      const value = textAt(actor, key)
      return value === null || ABSENT.test(value) ? [] : [[key, singleLine(value)]]
    }),
  )
  return {
    label: label === null ? null : (nameOf(label) ?? null),
    info: Object.keys(info).length === 0 ? null : info,
  }
}
