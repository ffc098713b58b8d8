/**
 * Labels for what an export's format has no word for: `kitty:lane=rejected`. A label counts only while the format's own
 * value is still the one that the label's value is exported as: a change in the other tool wins.
 */
import { DEFAULT_WORKFLOW, REVIEWED_WORKFLOW, type WorkflowTable } from '../events-lib.js'
import type { LaneRole, Subtask, TransferItem } from './document.js'
import { roleOf } from './roles.js'
import { subtasksOf, type SubtaskText } from './subtasks.js'
import type { LossCount } from './text.js'

const PREFIX = 'kitty:'
const AFTER = `${PREFIX}after=`
type LabelKey =
  | 'lane'
  | 'priority'
  | 'workflow'
  | 'holder'
  | 'assignee'
  | 'feature'
  | 'feature-title'
  | 'work-package'
  | 'title'

export interface KittyLabels extends Readonly<Record<LabelKey, string | null>> {
  /** Labels that are not kitty's. */
  readonly tags: readonly string[]
  readonly subtasks: readonly Subtask[]
  /** IDs of packages of the same feature that this one waits for. */
  readonly after: readonly string[]
}

export function readLabels(labels: readonly string[], losses: LossCount): KittyLabels {
  const own = labels.filter((label) => label.startsWith(PREFIX))
  const value = (key: LabelKey): string | null =>
    own.find((label) => label.startsWith(`${PREFIX}${key}=`))?.slice(PREFIX.length + key.length + 1) ?? null
  return {
    tags: foreignTags(labels),
    lane: value('lane'),
    priority: value('priority'),
    workflow: value('workflow'),
    holder: value('holder'),
    assignee: value('assignee'),
    feature: value('feature'),
    'feature-title': value('feature-title'),
    'work-package': value('work-package'),
    title: value('title'),
    subtasks: subtasksOf(own.flatMap(subtaskOf), losses),
    after: own.flatMap((label) => (label.startsWith(AFTER) ? [label.slice(AFTER.length)] : [])),
  }
}

/** Returns the labels of one package, without keys that hold null. */
export function writeLabels(
  values: Readonly<Partial<Record<LabelKey, string | null>>>,
  subtasks: readonly Subtask[] = [],
  after: readonly string[] = [],
): string[] {
  const labels = Object.entries(values).flatMap(([key, value]) =>
    value === null ? [] : [`${PREFIX}${key}=${value}`],
  )
  return [
    ...labels,
    ...subtasks.map(({ id, done }) => `${PREFIX}subtask${done ? '-done' : ''}=${id}`),
    ...after.map((id) => `${AFTER}${id}`),
  ]
}

/** Returns the tags without those that an import would take for kitty's labels. */
export function foreignTags(tags: readonly string[]): string[] {
  return tags.filter((tag) => !tag.startsWith(PREFIX))
}

/** Returns the table that an export named, if it is built in; otherwise the project's own. */
export function tableNamed(name: string | null, own: WorkflowTable): WorkflowTable {
  return [own, DEFAULT_WORKFLOW, REVIEWED_WORKFLOW].find((table) => table.name === name) ?? own
}

/**
 * Returns the label's lane if the format's status is still the one that this lane is exported as.
 * @param statusOf the format's status for each lane
 */
export function lanePerLabel(
  lane: string | null,
  status: string,
  table: WorkflowTable,
  statusOf: (role: LaneRole, lane: string) => string,
): string | null {
  if (lane === null || !table.lanes.includes(lane)) return null
  return statusOf(roleOf(lane, table), lane) === status ? lane : null
}

/**
 * Returns the status that a lane is exported as, and labels for the rest: the lane's own name, its holder, the table.
 */
export function laneLabels(
  item: TransferItem,
  table: WorkflowTable,
  plain: Readonly<Record<string, readonly string[]>>,
  statusOf: (role: LaneRole, lane: string) => string,
): {
  readonly status: string
  readonly lane: string
  readonly labels: Readonly<Record<'lane' | 'workflow' | 'holder', string | null>>
} {
  const lane = item.lane?.lane ?? table.initial
  const role = roleOf(lane, table)
  const status = statusOf(role, lane)
  const holder = role === 'working' || role === 'review' ? (item.lane?.by ?? null) : null
  return {
    status,
    lane,
    labels: {
      lane: plain[status]?.includes(lane) === true ? null : lane,
      workflow: table.name === DEFAULT_WORKFLOW.name ? null : table.name,
      holder: holder === item.assignee ? null : holder,
    },
  }
}

function subtaskOf(label: string): SubtaskText[] {
  const match = /^kitty:subtask(-done)?=(.+)$/.exec(label)
  return match?.[2] === undefined ? [] : [{ text: match[2], done: match[1] !== undefined }]
}
