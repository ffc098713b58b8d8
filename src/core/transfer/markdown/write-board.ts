/** The board as Markdown, to paste into a pull request. */
import type { WorkflowTable } from '../../events-lib.js'
import type { TransferDocument, TransferFeature, TransferItem, WrittenFile } from '../document.js'
import { roleOf } from '../roles.js'
import { markdownText } from '../text.js'

export function writeBoard(document: TransferDocument, table: WorkflowTable): WrittenFile[] {
  return [{ path: '', text: document.features.map((feature) => featureText(feature, table)).join('\n') }]
}

function featureText(feature: TransferFeature, table: WorkflowTable): string {
  const counted = feature.items.filter((item) => roleOf(laneOf(item, table), table) !== 'dropped')
  const done = counted.filter((item) => roleOf(laneOf(item, table), table) === 'done').length
  // A lane that the workflow lacks, as from an older one, comes last.
  const found = new Set([...table.lanes, ...feature.items.map((item) => laneOf(item, table))])
  const lanes = [...found].flatMap((lane) => {
    const items = feature.items.filter((item) => laneOf(item, table) === lane)
    const name = table.lanes.includes(lane) ? lane : markdownText(lane)
    return items.length === 0 ? [] : [`### ${name}\n\n${items.map((item) => entry(item, table)).join('')}`]
  })
  const heading = `## ${markdownText(feature.title)}\n\n${done} of ${counted.length} done.\n`
  return [heading, ...lanes].join('\n')
}

function entry(item: TransferItem, table: WorkflowTable): string {
  const lane = laneOf(item, table)
  const box = roleOf(lane, table) === 'done' ? 'x' : ' '
  const who = item.assignee ?? (table.working.includes(lane) ? item.lane?.by : null)
  const done = item.subtasks.filter((subtask) => subtask.done).length
  const details = [
    ...(who === null || who === undefined ? [] : [markdownText(who)]),
    ...(item.subtasks.length === 0 ? [] : [`${done} of ${item.subtasks.length} subtasks`]),
    ...(item.dependencies.length === 0 ? [] : [`after ${item.dependencies.map(markdownText).join(', ')}`]),
  ]
  const rest = details.length === 0 ? '' : ` (${details.join('; ')})`
  return `- [${box}] ${markdownText(item.id)}: ${markdownText(item.title)}${rest}\n`
}

function laneOf(item: TransferItem, table: WorkflowTable): string {
  return item.lane?.lane ?? table.initial
}
