/**
 * beads: `.beads/issues.jsonl`, one issue per line as `bd export` writes it. A state format: the file says when an
 * issue was created, started and closed, but nothing else about its past.
 */
import { wordTable } from '../roles.js'
import { featuresOf, type LabeledItem, ownWorkPackage } from '../features.js'
import { idAt, isJson, type Json, listAt, otherFields, parseJson, textAt, textsAt } from '../json.js'
import { type KittyLabels, lanePerLabel, readLabels, tableNamed } from '../labels.js'
import { parseMoment } from '../moment.js'
import { block, bodyOf, linesOf, LossCount, nameOf, textOf, singleLine } from '../text.js'
import type {
  ItemChange,
  LaneRole,
  ReadOptions,
  SourceFile,
  SourceLane,
  SourceProblem,
  TransferDocument,
  TransferItem,
} from '../document.js'
import { BEADS_MEDIUM, beadsStatus, NO_PRIORITY } from './status.js'

export const BEADS = 'beads'

const ROLES = wordTable<LaneRole>({
  open: 'initial',
  in_progress: 'working',
  hooked: 'working',
  blocked: 'stopped',
  deferred: 'stopped',
  pinned: 'initial',
  closed: 'done',
})
/** Dependency types that make the dependent wait: types.go, "Workflow types". */
const WAITS: ReadonlySet<string> = new Set(['blocks', 'conditional-blocks', 'waits-for'])
/** Keys that are read below, or that mean nothing outside the database they come from. */
const READ = new Set(
  `id title description design acceptance_criteria notes status priority issue_type assignee owner created_at
  created_by updated_at started_at closed_at close_reason external_ref labels dependencies comments content_hash _type
  dependency_count dependent_count comment_count parent`.split(/\s+/),
)

export function readBeads(files: readonly SourceFile[], options: ReadOptions): TransferDocument {
  const problems: SourceProblem[] = []
  const losses = new LossCount()
  const found: LabeledItem[] = []
  for (const file of files) {
    const text = textOf(file, problems)
    if (text === undefined) continue
    for (const { line, text: raw } of linesOf(text)) {
      const problem = (message: string): void => void problems.push({ file: file.path, line, message })
      const parsed = parseJson(raw)
      if (!parsed.ok)
        problem(/^[<=>|]{7}/.test(raw) ? 'is a conflict marker of git; passed over' : parsed.message)
      else if (!isJson(parsed.value)) problem('is no issue: not a JSON object')
      else if (isIssue(parsed.value, losses)) {
        const labels = readLabels(textsAt(parsed.value, 'labels'), losses)
        const item = readIssue(parsed.value, labels, options, problem, losses)
        if (item !== undefined) found.push({ item, labels, file: file.path, line })
      }
    }
  }
  const name = commonPrefix(found)
  return {
    format: BEADS,
    source: null,
    workflow: found.find(({ labels }) => labels.workflow !== null)?.labels.workflow ?? null,
    roles: ROLES,
    features: featuresOf(found, { id: '', name: name ?? 'beads', title: name ?? 'Beads' }, problems, losses),
    problems,
    losses: losses.losses,
  }
}

/** Later exports contain other kinds of lines, and deleted issues as tombstones. */
function isIssue(json: Json, losses: LossCount): boolean {
  const kind = textAt(json, '_type')
  if (kind !== null && kind !== 'issue') {
    losses.add(`line of type ${singleLine(kind)}`, 'dropped')
    return false
  }
  if (json['status'] === 'tombstone') {
    losses.add('tombstone (deleted issue)', 'dropped')
    return false
  }
  return true
}

function readIssue(
  json: Json,
  labels: KittyLabels,
  { table: own, zone }: ReadOptions,
  problem: (message: string) => void,
  losses: LossCount,
): TransferItem | undefined {
  const id = idAt(json, 'id')
  if (id === null || nameOf(id) === undefined) {
    problem('is no issue: it has no id')
    return undefined
  }
  const time = (key: string): string | null => {
    const moment = parseMoment(json[key], zone)
    if (moment === null && textAt(json, key) !== null) problem(`${key} of ${id} is no time; read without it`)
    return moment
  }
  const status = textAt(json, 'status') ?? 'open'
  const role = ROLES[status]
  if (role === undefined) losses.add(`status ${singleLine(status)} (as open)`, 'body')
  const table = tableNamed(labels.workflow, own)
  const byLabel = lanePerLabel(labels.lane, status, table, beadsStatus)
  const [createdAt, updatedAt, startedAt, closedAt] = [
    time('created_at'),
    time('updated_at'),
    time('started_at'),
    time('closed_at'),
  ]
  const assignee = textAt(json, 'assignee')
  const lane: SourceLane = {
    status,
    role: role ?? 'initial',
    lane: byLabel,
    at: (role === 'done' ? closedAt : role === 'working' ? startedAt : null) ?? updatedAt,
    by: (role === 'working' ? labels.holder : null) ?? assignee ?? textAt(json, 'created_by'),
  }
  const edges = readEdges(json, losses)
  const type = textAt(json, 'issue_type')
  for (const key of Object.keys(json)) if (!READ.has(key)) losses.add(singleLine(key), 'body')
  return {
    id,
    workPackage: ownWorkPackage(id, labels),
    title: singleLine(textAt(json, 'title') ?? '') || id,
    body: bodyOf(textAt(json, 'description'), [
      ['Design', textAt(json, 'design')],
      ['Acceptance criteria', textAt(json, 'acceptance_criteria')],
      ['Notes', textAt(json, 'notes')],
      ['Closed because', textAt(json, 'close_reason')],
      ['Related', edges.related.join('\n') || null],
      ['Other fields', otherFields(json, READ)],
    ]),
    createdAt: createdAt ?? updatedAt,
    createdBy: textAt(json, 'created_by') ?? textAt(json, 'owner'),
    updatedAt: updatedAt ?? createdAt,
    updatedBy: assignee ?? textAt(json, 'created_by') ?? textAt(json, 'owner'),
    dependencies: edges.dependencies,
    subtasks: labels.subtasks,
    tags: [
      ...labels.tags.flatMap((tag) => nameOf(tag) ?? []),
      ...(type !== null && type !== 'task' ? [`type:${nameOf(type) ?? ''}`] : []),
      ...(lane.role === 'stopped' && byLabel === null ? [status] : []),
    ],
    priority: priorityOf(json, labels),
    assignee: assignee === null ? null : (nameOf(assignee) ?? null),
    lane,
    changes: [...readComments(json, problem, zone), ...readReference(json)],
  }
}

/**
 * A label can hold a priority that beads cannot. It counts only while the issue has the beads priority that it was
 * exported as.
 */
function priorityOf(json: Json, labels: KittyLabels): string | null {
  const own = idAt(json, 'priority')
  if (labels.priority === null || own !== String(BEADS_MEDIUM)) return own
  return labels.priority === NO_PRIORITY ? null : labels.priority
}

function readEdges(
  json: Json,
  losses: LossCount,
): { readonly dependencies: readonly string[]; readonly related: readonly string[] } {
  const dependencies: string[] = []
  const related: string[] = []
  for (const edge of listAt(json, 'dependencies')) {
    const to = isJson(edge) ? (idAt(edge, 'depends_on_id') ?? idAt(edge, 'id')) : null
    if (!isJson(edge) || to === null) continue
    const type = textAt(edge, 'type') ?? textAt(edge, 'dependency_type') ?? 'blocks'
    if (WAITS.has(type)) dependencies.push(to)
    if (type === 'blocks') continue
    related.push(`- ${singleLine(type)}: ${singleLine(to)}`)
    losses.add(`dependency type ${singleLine(type)}`, 'body')
  }
  return { dependencies, related }
}

function readComments(json: Json, problem: (message: string) => void, zone?: string): ItemChange[] {
  return listAt(json, 'comments').flatMap((comment) => {
    const text = isJson(comment) ? textAt(comment, 'text') : null
    if (!isJson(comment) || text === null) {
      problem('has a comment without a text')
      return []
    }
    const by = textAt(comment, 'author')
    // A comment's own ID is a row number in one clone's database, so author and time identify a comment.
    const at = parseMoment(comment['created_at'], zone)
    return [{ kind: 'note' as const, id: null, at, by, text: block(text) }]
  })
}

function readReference(json: Json): ItemChange[] {
  const ref = textAt(json, 'external_ref')
  if (ref === null) return []
  return [{ kind: 'link', id: null, at: null, by: null, link: 'tracker', ref: singleLine(ref), title: null }]
}

/** Returns `skyhook` for `skyhook-gld` and `skyhook-gld.1`, if all IDs share that prefix. */
function commonPrefix(found: readonly LabeledItem[]): string | undefined {
  const prefixes = new Set(found.map(({ item: { id } }) => /^(.+)-[^-]+$/.exec(id)?.[1]))
  const [only] = prefixes
  return prefixes.size === 1 ? only : undefined
}
