/** A table for spreadsheets: one row per package, with the lane by name. */
import type { WorkflowTable } from '../../events-lib.js'
import type { TransferDocument, TransferFeature, TransferItem, WrittenFile } from '../document.js'
import { foreignTags } from '../labels.js'
import { roleOf } from '../roles.js'
import { writeList, writeSubtasks } from './cells.js'
import { writeRow } from './table.js'

const HEADINGS = [
  'id',
  'title',
  'status',
  'assignee',
  'tags',
  'priority',
  'dependencies',
  'subtasks',
  'created',
  'created by',
  'updated',
  'description',
  'kitty:feature',
  'kitty:feature-title',
  'kitty:holder',
  'kitty:workflow',
]

export function writeCsv(document: TransferDocument, table: WorkflowTable): WrittenFile[] {
  const several = document.features.length > 1
  const rows = document.features.flatMap((feature) =>
    feature.items.map((item, at) =>
      writeRow(cellsOf(item, feature, several ? `${feature.id}.` : '', at === 0, table)),
    ),
  )
  return [{ path: '', text: [writeRow(HEADINGS), ...rows].join('') }]
}

function cellsOf(
  item: TransferItem,
  feature: TransferFeature,
  prefix: string,
  isFirst: boolean,
  table: WorkflowTable,
): string[] {
  const lane = item.lane?.lane ?? table.initial
  const role = roleOf(lane, table)
  const holder = role === 'working' || role === 'review' ? (item.lane?.by ?? '') : ''
  return [
    `${prefix}${item.id}`,
    item.title,
    lane,
    item.assignee ?? '',
    writeList(foreignTags(item.tags)),
    item.priority ?? '',
    writeList(item.dependencies.map((dependency) => `${prefix}${dependency}`)),
    writeSubtasks(item.subtasks),
    item.createdAt ?? '',
    item.createdBy ?? '',
    item.updatedAt ?? '',
    item.body,
    feature.id,
    isFirst ? feature.title : '',
    holder === item.assignee ? '' : holder,
    table.name,
  ]
}
