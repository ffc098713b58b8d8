/** Backlog.md: a `backlog/` folder that its tools open as a project. */
import type { WorkflowTable } from '../../events-lib.js'
import type { TransferDocument, TransferFeature, TransferItem, WrittenFile } from '../document.js'
import { foreignTags, laneLabels, writeLabels } from '../labels.js'
import { fileWords } from '../text.js'
import { yamlBlock } from '../../specs/yaml-text.js'
import { withoutDashes, withoutMarkers } from './sections.js'
import { BACKLOG_STATUSES, backlogStatus } from './status.js'

const PLAIN: Readonly<Record<string, readonly string[]>> = {
  'To Do': ['planned'],
  'In Progress': ['doing', 'in_progress'],
  Done: ['done'],
}

export function writeBacklog(document: TransferDocument, table: WorkflowTable): WrittenFile[] {
  // Backlog.md numbers tasks across the whole project, so each feature continues where the previous one ended.
  let offset = 0
  const tasks = document.features.flatMap((feature) => {
    const from = offset
    offset += feature.items.reduce(
      (last, { workPackage, id }) => Math.max(last, numberOf(workPackage ?? id)),
      0,
    )
    return feature.items.map((item, at) => taskFile(item, { feature, isFirst: at === 0, from }, table))
  })
  const config = yamlBlock({
    project_name: document.source ?? 'kitty',
    default_status: BACKLOG_STATUSES[0],
    statuses: BACKLOG_STATUSES,
    task_prefix: 'wp',
  })
  return [{ path: 'backlog/config.yml', text: config }, ...tasks]
}

interface Place {
  readonly feature: TransferFeature
  readonly isFirst: boolean
  /** Offset added to every package number of this feature. */
  readonly from: number
}

function taskFile(item: TransferItem, place: Place, table: WorkflowTable): WrittenFile {
  const id = (workPackage: string): string => `WP-${numberOf(workPackage) + place.from}`
  const { status, labels } = laneLabels(item, table, PLAIN, backlogStatus)
  const own = item.workPackage ?? item.id
  const priority =
    item.priority !== null && ['high', 'medium', 'low'].includes(item.priority) ? item.priority : null
  const head = yamlBlock({
    id: id(own),
    title: item.title,
    status,
    assignee: item.assignee ? [handle(item.assignee)] : [],
    ...(item.createdBy === null ? {} : { reporter: handle(item.createdBy) }),
    created_date: minutes(item.createdAt),
    updated_date: minutes(item.updatedAt),
    labels: [
      ...writeLabels({
        ...labels,
        priority: priority === null ? item.priority : null,
        feature: place.feature.id,
        'work-package': place.from === 0 ? null : own,
        'feature-title': place.isFirst ? place.feature.title : null,
      }),
      ...foreignTags(item.tags),
    ],
    dependencies: item.dependencies.map(id),
    references: item.changes.flatMap((change) => (change.kind === 'link' ? [change.ref] : [])),
    ...(priority === null ? {} : { priority }),
  })
  const criteria = item.subtasks.map(
    ({ id: subtask, title, done }, at) =>
      `- [${done ? 'x' : ' '}] #${at + 1} ${title === '' ? subtask : `${subtask}: ${title}`}`,
  )
  const sections = [
    section('Description', 'SECTION:DESCRIPTION', withoutMarkers(item.body)),
    section('Acceptance Criteria', 'AC', criteria.join('\n')),
    section('Comments', 'COMMENTS', commentsOf(item)),
  ].filter((text) => text !== '')
  const text = `---\n${head}---\n\n${sections.join('\n\n')}\n`
  return { path: `backlog/tasks/${id(own).toLowerCase()} - ${fileWords(item.title)}.md`, text }
}

function section(title: string, marker: string, text: string): string {
  return text === '' ? '' : `## ${title}\n\n<!-- ${marker}:BEGIN -->\n${text}\n<!-- ${marker}:END -->`
}

function commentsOf(item: TransferItem): string {
  return item.changes
    .flatMap((change) => {
      if (change.kind !== 'note') return []
      const head = [
        ...(change.by === null ? [] : [`author: ${handle(change.by)}`]),
        ...(change.at === null ? [] : [`created: ${change.at}`]),
      ]
      const text = withoutMarkers(withoutDashes(change.text)).trim()
      return [[...head, '---', text, '---'].join('\n')]
    })
    .join('\n\n')
}

/** Backlog.md writes people with or without an "@", so a name that begins with one gets another. */
function handle(name: string): string {
  return name.startsWith('@') ? `@${name}` : name
}

/** Backlog.md writes dates with minutes; it keeps one with seconds and a zone unchanged. */
function minutes(at: string | null): string {
  return at ?? ''
}

function numberOf(workPackage: string): number {
  return Number(/(?<!\d)\d+$/.exec(workPackage)?.[0] ?? 0)
}
