/** `tasks/WP*.md`: a mission's package, with its history from the status log or, in the oldest missions, its own. */
import type { StatedWorkPackage } from '../../specs/work-package-file.js'
import type { SourceFile, TransferItem } from '../document.js'
import { textsAt } from '../json.js'
import { bodyOfFile, type LossCount, nameOf, readText } from '../text.js'
import { readYaml } from '../yaml.js'
import { readActivity } from './activity-log.js'
import { NINE_LANES } from './lanes.js'
import type { MissionMeta } from './mission-meta.js'
import type { PackageHistory } from './status-log.js'

interface FileReading {
  readonly own: PackageHistory | undefined
  /** Without a log, we use the front matter's lane and the Activity Log; with one, we ignore them. */
  readonly hasLog: boolean
  readonly meta: MissionMeta
  readonly losses: LossCount
  readonly zone: string | undefined
}

/** Reads one `tasks/WP*.md` into an item. */
export async function missionItem(
  { work_package_id: id, title, dependencies, subtasks, spelledPriority, lane, leftOut }: StatedWorkPackage,
  file: SourceFile,
  { own, hasLog, meta, losses, zone }: FileReading,
): Promise<TransferItem> {
  const text = readText(file).text
  const activity = hasLog ? [] : readActivity(text, zone)
  // A priority of another scale is kept as it is spelled.
  const lost = leftOut.filter((what) => spelledPriority === null || !what.startsWith('the priority'))
  for (const what of lost) losses.add(what.replace(/\bs-\w{8}\b|\bT\d+\w*/, 'a subtask'), 'dropped')
  const tags = await tagsOf(text)
  const firstActivity = activity[0]?.at ?? null
  const last = activity.at(-1)
  const isMoved = activity.some(({ kind }) => kind === 'move')
  return {
    id,
    workPackage: id,
    title,
    body: bodyOfFile(text),
    createdAt: own?.createdAt ?? firstActivity ?? meta.createdAt,
    createdBy: own?.createdBy ?? null,
    updatedAt: own?.changes.at(-1)?.at ?? last?.at ?? null,
    updatedBy: null,
    dependencies,
    subtasks: subtasks.map((subtask) => ({ id: subtask, title: '', done: false })),
    tags,
    priority: spelledPriority,
    assignee: undefined,
    lane:
      hasLog || isMoved || lane === undefined
        ? undefined
        : {
            status: lane,
            role: NINE_LANES[lane] ?? 'initial',
            lane,
            at: last?.at ?? meta.createdAt,
            by: nameOf(last?.by ?? '') ?? null,
          },
    changes: own?.changes ?? activity,
  }
}

/** Tags are kitty's own: only kitty's export puts them in the front matter. */
async function tagsOf(text: string): Promise<string[]> {
  const head = /^\ufeff?---[ \t]*\r?\n([\s\S]*?\r?\n)(?:---|\.\.\.)[ \t]*(?:\r?\n|$)/.exec(text)?.[1] ?? ''
  const lines = /^tags:.*(?:\r?\n[ \t-].*)*/m.exec(head)?.[0]
  const yaml = lines === undefined ? undefined : await readYaml(lines)
  return yaml?.ok === true ? textsAt(yaml.mapping, 'tags').flatMap((tag) => nameOf(tag) ?? []) : []
}

/** A package that only the log has: its file was removed later. */
export function itemWithoutFile(id: string, own: PackageHistory, meta: MissionMeta): TransferItem {
  return {
    id,
    workPackage: id,
    title: own.title ?? id,
    body: '',
    createdAt: own.createdAt ?? meta.createdAt,
    createdBy: own.createdBy,
    updatedAt: own.changes.at(-1)?.at ?? null,
    updatedBy: null,
    dependencies: own.dependencies,
    subtasks: [],
    tags: [],
    priority: null,
    assignee: undefined,
    lane: undefined,
    changes: own.changes,
  }
}
