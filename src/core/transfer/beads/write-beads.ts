/** beads: one issue per line, as `bd import` expects. Labels carry the lanes, subtasks and holders that beads lacks. */
import type { WorkflowTable } from '../../events-lib.js'
import type { TransferDocument, TransferFeature, TransferItem, WrittenFile } from '../document.js'
import { foreignTags, laneLabels, writeLabels } from '../labels.js'
import { BEADS_MEDIUM, beadsStatus, NO_PRIORITY } from './status.js'

/** Lanes that a status identifies without a label, in the default table and in the nine-lane table. */
const PLAIN: Readonly<Record<string, readonly string[]>> = {
  open: ['planned'],
  in_progress: ['doing', 'in_progress'],
  closed: ['done'],
}

export function writeBeads(document: TransferDocument, table: WorkflowTable): WrittenFile[] {
  const several = document.features.length > 1
  const lines = document.features.flatMap((feature) =>
    feature.items.map((item, at) =>
      JSON.stringify(issueOf(item, { feature, isFirst: at === 0, several }, table)),
    ),
  )
  return [{ path: '', text: lines.map((line) => `${line}\n`).join('') }]
}

interface Place {
  readonly feature: TransferFeature
  readonly isFirst: boolean
  /** True if there are several features, whose packages share IDs. */
  readonly several: boolean
}

function issueOf(item: TransferItem, place: Place, table: WorkflowTable): Readonly<Record<string, unknown>> {
  const prefix = place.several ? `${place.feature.id}.` : ''
  const { status, labels: own } = laneLabels(item, table, PLAIN, beadsStatus)
  const priority = Number(item.priority)
  const isPriority = item.priority !== null && Number.isInteger(priority) && priority >= 0 && priority <= 4
  const labels = [
    ...writeLabels(
      {
        ...own,
        priority: isPriority ? null : (item.priority ?? NO_PRIORITY),
        feature: place.feature.id,
        'feature-title': place.isFirst ? place.feature.title : null,
      },
      item.subtasks,
    ),
    ...foreignTags(item.tags),
  ]
  const created = item.createdAt ?? item.updatedAt
  const updated = item.updatedAt ?? created
  return {
    id: `${prefix}${item.id}`,
    title: item.title,
    ...(item.body === '' ? {} : { description: item.body }),
    status,
    priority: isPriority ? priority : BEADS_MEDIUM,
    issue_type: 'task',
    ...(item.assignee === null || item.assignee === undefined ? {} : { assignee: item.assignee }),
    created_at: created,
    ...(item.createdBy === null ? {} : { created_by: item.createdBy }),
    updated_at: updated,
    ...(status === 'closed' ? { closed_at: item.lane?.at ?? updated } : {}),
    labels,
    ...(item.dependencies.length === 0
      ? {}
      : {
          dependencies: item.dependencies.map((dependency) => ({
            issue_id: `${prefix}${item.id}`,
            depends_on_id: `${prefix}${dependency}`,
            type: 'blocks',
            created_at: created,
            created_by: item.createdBy ?? '',
          })),
        }),
    ...commentsOf(item, prefix),
  }
}

function commentsOf(item: TransferItem, prefix: string): Readonly<Record<string, unknown>> {
  const notes = item.changes.filter((change) => change.kind === 'note')
  if (notes.length === 0) return {}
  return {
    comments: notes.map((note, index) => ({
      id: index + 1,
      issue_id: `${prefix}${item.id}`,
      author: note.by ?? '',
      text: note.text,
      created_at: note.at ?? item.updatedAt ?? item.createdAt,
    })),
  }
}
