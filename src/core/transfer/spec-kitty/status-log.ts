/** `status.events.jsonl`: transitions, annotations (`delta`) and envelopes (`event_type`, `payload`) in one file. */
import type { ActorInfo, FeatureNote, ItemChange, MoveExtra, SourceFile, SourceProblem } from '../document.js'
import { EXPORTED } from './lanes.js'
import { spellWorkPackageId } from '../../specs/work-package-id.js'
import { isJson, type Json, objectAt, parseJson, textAt, textsAt } from '../json.js'
import { parseMoment } from '../moment.js'
import { block, linesOf, type LossCount, nameOf, readText, singleLine } from '../text.js'

export interface PackageHistory {
  readonly title: string | null
  readonly createdAt: string | null
  readonly createdBy: string | null
  readonly dependencies: readonly string[]
  /** In the source's order: by time, then by event ID. */
  readonly changes: readonly ItemChange[]
}

export interface MissionHistory {
  readonly packages: ReadonlyMap<string, PackageHistory>
  readonly notes: readonly FeatureNote[]
}

interface Draft {
  title: string | null
  createdAt: string | null
  createdBy: string | null
  dependencies: readonly string[]
  readonly changes: ItemChange[]
}

interface Line {
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
const NOTE_LENGTH = 4_000

export function readStatusLog(
  file: SourceFile,
  problems: SourceProblem[],
  losses: LossCount,
): MissionHistory {
  const packages = new Map<string, Draft>()
  const notes: FeatureNote[] = []
  for (const line of orderedLines(file, problems)) {
    const { json } = line
    if (Object.hasOwn(json, 'to_lane')) readTransition(line, draftOf(packages, json), losses)
    else if (objectAt(json, 'delta') !== null) readAnnotation(line, draftOf(packages, json), losses)
    else readEnvelope(line, packages, notes, losses)
  }
  return { packages, notes }
}

/** Returns the lines that are events, each ID once, sorted by time and ID as the source itself does. */
function orderedLines(file: SourceFile, problems: SourceProblem[]): Line[] {
  const { text, problems: faults } = readText(file)
  problems.push(...faults)
  const lines = new Map<string, Line>()
  for (const { line, text: raw } of linesOf(text)) {
    const problem = (message: string): void => void problems.push({ file: file.path, line, message })
    const parsed = parseJson(raw)
    if (!parsed.ok || !isJson(parsed.value)) {
      problem(
        /^[<=>|]{7}/.test(raw)
          ? 'is a conflict marker of git; passed over'
          : 'is no event: not a JSON object',
      )
      continue
    }
    const json = parsed.value
    const payload = objectAt(json, 'payload')
    const id = textAt(json, 'event_id')
    if (id === null || nameOf(id) === undefined) {
      problem('is no event: it has no event_id')
      continue
    }
    const written = textAt(json, 'at') ?? textAt(json, 'timestamp') ?? textAt(payload ?? {}, 'at') ?? ''
    const at = parseMoment(written)
    if (at === null) problem('has no readable time; taken as of the import')
    const isPackages = Object.hasOwn(json, 'to_lane') || Object.hasOwn(json, 'delta')
    if (isPackages && packageId(json) === undefined) {
      problem('names no work package')
      continue
    }
    if (
      Object.hasOwn(json, 'to_lane') &&
      (textAt(json, 'to_lane') === null || textAt(json, 'from_lane') === null)
    ) {
      problem('is a move without both lanes')
      continue
    }
    // If several lines have one ID, the first counts, as in the source.
    if (!lines.has(id)) lines.set(id, { id, written, at, json })
  }
  return [...lines.values()].sort((a, b) => compare(a.written, b.written) || compare(a.id, b.id))
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function packageId(json: Json): string | undefined {
  const written = textAt(json, 'wp_id') ?? textAt(objectAt(json, 'payload') ?? {}, 'wp_id')
  return written === null ? undefined : spellWorkPackageId(written)
}

function draftOf(packages: Map<string, Draft>, json: Json): Draft {
  const id = packageId(json) ?? ''
  const known = packages.get(id)
  if (known !== undefined) return known
  const draft: Draft = { title: null, createdAt: null, createdBy: null, dependencies: [], changes: [] }
  packages.set(id, draft)
  return draft
}

function readTransition({ id, at, json }: Line, draft: Draft, losses: LossCount): void {
  const { label: by, info } = actorOf(json['actor'])
  draft.createdAt ??= at
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

function readAnnotation({ id, at, json }: Line, draft: Draft, losses: LossCount): void {
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

function readEnvelope(
  { id, at, json }: Line,
  packages: Map<string, Draft>,
  notes: FeatureNote[],
  losses: LossCount,
): void {
  const type = textAt(json, 'event_type') ?? textAt(json, 'type') ?? textAt(json, 'event_name')
  const payload = objectAt(json, 'payload') ?? {}
  if (type === null) {
    losses.add('line of an unknown shape', 'dropped')
    return
  }
  const by = actorOf(payload['actor'] ?? payload['actor_id'] ?? payload['resolved_by'] ?? json['actor']).label
  if (type === 'WPCreated' && packageId(json) !== undefined) {
    const draft = draftOf(packages, json)
    draft.createdAt = parseMoment(payload['created_at']) ?? at
    draft.createdBy = by
    const title = textAt(payload, 'wp_title') ?? textAt(payload, 'title')
    draft.title = title === null ? draft.title : singleLine(title)
    draft.dependencies = textsAt(payload, 'depends_on').flatMap((to) => spellWorkPackageId(to) ?? [])
    return
  }
  const text = `${singleLine(type)}${detailsOf(Object.hasOwn(json, 'payload') ? payload : json)}`
  if (packageId(json) === undefined) notes.push({ id, at, by, text })
  else draftOf(packages, json).changes.push({ kind: 'note', id, at, by, text })
}

const IDENTITY =
  /^(?:mission_|feature_|event_|schema_|project_|at$|actor$|actor_type$|recorded_at$|created_at$|timestamp$|type$|wp_id$|force$|execution_mode$|lamport$|policy_source$|run_id$|state_entered_at$)/

/** Returns what a lifecycle line says besides who, when and which mission. */
function detailsOf(json: Json): string {
  const lines = Object.entries(json).flatMap(([key, value]) => {
    if (IDENTITY.test(key) || value === null || value === '' || (Array.isArray(value) && value.length === 0))
      return []
    const text = typeof value === 'string' ? value : JSON.stringify(value)
    return [`${singleLine(key)}: ${singleLine(text).slice(0, 1_000)}`]
  })
  return lines.length === 0 ? '' : `\n${lines.join('\n')}`.slice(0, NOTE_LENGTH)
}

/** Accepts a plain name, or `{role, profile, tool, model}`, whose tool becomes the label. */
function actorOf(actor: unknown): { readonly label: string | null; readonly info: ActorInfo | null } {
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
