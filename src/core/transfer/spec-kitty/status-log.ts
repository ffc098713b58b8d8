/** `status.events.jsonl`: transitions, annotations (`delta`) and envelopes (`event_type`, `payload`) in one file. */
import type { FeatureNote, ItemChange, SourceFile, SourceProblem } from '../document.js'
import { spellWorkPackageId } from '../../specs/work-package-id.js'
import { isJson, type Json, objectAt, parseJson, textAt, textsAt } from '../json.js'
import {
  actorOf,
  type HistoryDraft,
  readAnnotation,
  readTransition,
  type StatusLine,
} from './status-changes.js'
import { parseMoment } from '../moment.js'
import { compareText, linesOf, type LossCount, nameOf, textOf, singleLine } from '../text.js'

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

const NOTE_LENGTH = 4_000

export function readStatusLog(
  file: SourceFile,
  problems: SourceProblem[],
  losses: LossCount,
): MissionHistory {
  const packages = new Map<string, HistoryDraft>()
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
function orderedLines(file: SourceFile, problems: SourceProblem[]): StatusLine[] {
  const text = textOf(file, problems)
  if (text === undefined) return []
  const lines = new Map<string, StatusLine>()
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
  return [...lines.values()].sort((a, b) => compareText(a.written, b.written) || compareText(a.id, b.id))
}

function packageId(json: Json): string | undefined {
  const written = textAt(json, 'wp_id') ?? textAt(objectAt(json, 'payload') ?? {}, 'wp_id')
  return written === null ? undefined : spellWorkPackageId(written)
}

function draftOf(packages: Map<string, HistoryDraft>, json: Json): HistoryDraft {
  const id = packageId(json) ?? ''
  const known = packages.get(id)
  if (known !== undefined) return known
  const draft: HistoryDraft = { title: null, createdAt: null, createdBy: null, dependencies: [], changes: [] }
  packages.set(id, draft)
  return draft
}

function readEnvelope(
  { id, at, json }: StatusLine,
  packages: Map<string, HistoryDraft>,
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
