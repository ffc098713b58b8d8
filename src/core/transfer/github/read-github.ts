/**
 * GitHub: issues as `gh api repos/OWNER/REPO/issues` returns them. A state format, or a history if an issue carries its
 * `timeline`.
 */
import { wordTable } from '../roles.js'
import { KittyError } from '../../errors/kitty-error.js'
import type {
  LaneRole,
  ReadOptions,
  SourceFile,
  SourceProblem,
  TransferDocument,
  TransferItem,
} from '../document.js'
import { featuresOf, type LabeledItem, ownWorkPackage, withLabeledDependencies } from '../features.js'
import { idAt, isJson, type Json, jsonParts, listAt, objectAt, parseJson, textAt } from '../json.js'
import { type KittyLabels, lanePerLabel, readLabels, tableNamed } from '../labels.js'
import { parseMoment } from '../moment.js'
import { bodyOf, LossCount, nameOf, textOf, singleLine } from '../text.js'
import { commentsOf } from './comments.js'
import { packageBody, packageTitle } from './exported.js'
import { githubStatus } from './status.js'
import { readTimeline } from './timeline.js'

export const GITHUB = 'github'

export const GITHUB_ROLES = wordTable<LaneRole>({
  open: 'initial',
  closed: 'done',
  not_planned: 'dropped',
  duplicate: 'dropped',
})
/** A file without these keys was cut down, so an empty field could not be told from a removed one. */
const NEEDED = ['number', 'title', 'state', 'created_at', 'updated_at', 'html_url'] as const
/** How to get the file, for messages. */
const COMMAND = "gh api --paginate 'repos/OWNER/REPO/issues?state=all' > issues.json"

/** @throws KittyError UsageError for a file that lacks keys of an issue, with the command that gets a complete one. */
export function readGithub(files: readonly SourceFile[], options: ReadOptions): TransferDocument {
  const problems: SourceProblem[] = []
  const losses = new LossCount()
  const found: LabeledItem[] = []
  let source: string | null = null
  for (const file of files) {
    for (const json of readIssues(file, problems)) {
      refuseCutDown(json, file.path)
      if (objectAt(json, 'pull_request') !== null) {
        losses.add('pull request', 'dropped')
        continue
      }
      const repository = repositoryOf(json)
      source ??= repository
      const { labels, body } = exportedParts(json, losses)
      const item = readIssue(json, labels, { repository, source, options, losses, body })
      found.push({ item, labels, file: file.path, line: null })
    }
  }
  const name = source?.split('/').at(-1) ?? 'issues'
  return {
    format: GITHUB,
    source,
    workflow: found.find(({ labels }) => labels.workflow !== null)?.labels.workflow ?? null,
    roles: GITHUB_ROLES,
    features: featuresOf(withLabeledDependencies(found), { id: '', name, title: name }, problems, losses),
    problems,
    losses: losses.losses,
  }
}

/** Accepts one list, several lists in a row (pages), a list of lists (`--slurp`), or one issue per line. */
function readIssues(file: SourceFile, problems: SourceProblem[]): Json[] {
  const text = textOf(file, problems)
  if (text === undefined) return []
  const parts = jsonParts(text).map((part) => parseJson(part))
  const faulty = parts.find((part) => !part.ok)
  if (parts.length === 0 || faulty !== undefined) {
    const message = `is not whole: get it again with ${COMMAND}`
    problems.push({ file: file.path, line: null, message })
  }
  return parts.flatMap((part) => (part.ok ? flatten(part.value) : []))

  function flatten(value: unknown): Json[] {
    if (Array.isArray(value)) return value.flatMap(flatten)
    if (isJson(value)) return [value]
    problems.push({ file: file.path, line: null, message: 'holds something that is no issue' })
    return []
  }
}

function refuseCutDown(json: Json, file: string): void {
  const lacking = NEEDED.filter((key) => !Object.hasOwn(json, key))
  if (lacking.length === 0) return
  throw new KittyError(
    'UsageError',
    `${file} is no list of issues as GitHub gives it: an entry lacks ${lacking.join(', ')}.`,
    {
      nextSteps: [COMMAND],
      context: { file, lacking },
    },
  )
}

function repositoryOf(json: Json): string | null {
  const url = textAt(json, 'repository_url') ?? textAt(json, 'html_url') ?? ''
  return /(?:\/repos)?\/([\w.-]+\/[\w.-]+?)(?:\/issues\/\d+)?$/.exec(url)?.[1] ?? null
}

interface Reading {
  readonly repository: string | null
  readonly source: string | null
  readonly options: ReadOptions
  readonly losses: LossCount
  readonly body: string | null
}

/**
 * The labels of an issue, and its text without what an export put there. Anyone may write the text of an issue; only
 * who may label one makes it kitty's own.
 */
function exportedParts(
  json: Json,
  losses: LossCount,
): { readonly labels: KittyLabels; readonly body: string | null } {
  const labels = readLabels(labelsOf(json), losses)
  const text = textAt(json, 'body')
  if (labels['work-package'] === null || text === null) return { labels, body: text }
  const { body, labels: more } = packageBody(text)
  return { labels: more.length === 0 ? labels : readLabels([...labelsOf(json), ...more], losses), body }
}

function readIssue(
  json: Json,
  labels: KittyLabels,
  { repository, source, options, losses, body }: Reading,
): TransferItem {
  const number = idAt(json, 'number') ?? ''
  const idOf = (of: string): string => (repository === source ? of : `${repository ?? ''}#${of}`)
  const title = singleLine(textAt(json, 'title') ?? '')
  const status = statusOf(json)
  const table = tableNamed(labels.workflow, options.table)
  const lane = lanePerLabel(labels.lane, status, table, githubStatus)
  const people = listAt(json, 'assignees').flatMap((person) =>
    isJson(person) ? (nameOf(textAt(person, 'login') ?? '') ?? []) : [],
  )
  const login = (key: string): string | null =>
    nameOf(textAt(objectAt(json, key) ?? {}, 'login') ?? '') ?? null
  const [assignee = nameOf(labels.assignee ?? ''), ...others] = people
  const [createdAt, updatedAt, closedAt] = [json['created_at'], json['updated_at'], json['closed_at']].map(
    (at) => parseMoment(at),
  )
  const own = labels['work-package']
  const exporter = own === null ? null : textAt(objectAt(json, 'user') ?? {}, 'login')
  const changes = [...readTimeline(json, exporter), ...commentsOf(json, exporter)]
  const links = relationsOf(json, losses)
  const parent = parentOf(json)
  const milestone = textAt(objectAt(json, 'milestone') ?? {}, 'title')
  const type = textAt(objectAt(json, 'type') ?? {}, 'name')
  if (json['locked'] === true) losses.add('locked conversation', 'dropped')
  const isAssigned = changes.some(({ kind }) => kind === 'assign')
  return {
    id: idOf(number),
    workPackage: ownWorkPackage('', labels),
    title: (own === null ? title : packageTitle(title, own, labels.title)) || `#${number}`,
    body: bodyOf(body, [['Sub-issues', links.subIssues.map((of) => `- #${of}`).join('\n') || null]]),
    createdAt: createdAt ?? null,
    createdBy: login('user'),
    updatedAt: updatedAt ?? null,
    updatedBy: login('closed_by') ?? login('user'),
    dependencies: links.blockedBy.map(idOf),
    subtasks: labels.subtasks,
    tags: [
      ...labels.tags.flatMap((tag) => nameOf(tag) ?? []),
      ...(milestone === null ? [] : [nameOf(`milestone:${milestone}`) ?? '']),
      ...(type === null ? [] : [nameOf(`type:${type}`) ?? '']),
      ...(parent === null ? [] : [`parent:${parent}`]),
      ...others.map((other) => nameOf(`assignee:${other}`) ?? ''),
    ],
    priority: labels.priority,
    assignee: isAssigned ? undefined : (assignee ?? null),
    lane: {
      status,
      role: GITHUB_ROLES[status] ?? 'initial',
      lane,
      at: closedAt ?? updatedAt ?? null,
      by: (lane === null ? null : labels.holder) ?? login('closed_by') ?? assignee ?? null,
    },
    changes: [
      ...changes,
      {
        kind: 'link',
        id: null,
        at: createdAt ?? null,
        by: null,
        link: 'tracker',
        ref: textAt(json, 'html_url') ?? '',
        title: null,
      },
    ],
  }
}

function statusOf(json: Json): string {
  if (json['state'] !== 'closed') return 'open'
  const reason = textAt(json, 'state_reason')
  return reason === 'not_planned' || reason === 'duplicate' ? reason : 'closed'
}

function labelsOf(json: Json): string[] {
  return listAt(json, 'labels').flatMap((label) => {
    const name = isJson(label) ? textAt(label, 'name') : typeof label === 'string' ? label : null
    return name === null ? [] : [singleLine(name)]
  })
}

/** Reads relations if the user fetched the lists and added them; the plain response only counts them. */
function relationsOf(
  json: Json,
  losses: LossCount,
): { readonly blockedBy: string[]; readonly subIssues: string[] } {
  const numbers = (key: string): string[] =>
    listAt(json, key).flatMap((other) => (isJson(other) ? (idAt(other, 'number') ?? []) : []))
  const counted = (summary: string, key: string): boolean => Number(objectAt(json, summary)?.[key] ?? 0) > 0
  const [blockedBy, subIssues] = [numbers('blocked_by'), numbers('sub_issues')]
  if (blockedBy.length === 0 && counted('issue_dependencies_summary', 'total_blocked_by'))
    losses.add('blocked_by that is only counted', 'dropped')
  if (subIssues.length === 0 && counted('sub_issues_summary', 'total'))
    losses.add('sub-issues that are only counted', 'dropped')
  return { blockedBy, subIssues }
}

function parentOf(json: Json): string | null {
  const parent = objectAt(json, 'parent')
  return (
    (parent === null ? null : idAt(parent, 'number')) ??
    /\/issues\/(\d+)$/.exec(textAt(json, 'parent_issue_url') ?? '')?.[1] ??
    null
  )
}
