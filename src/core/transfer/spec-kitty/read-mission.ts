/**
 * spec-kitty: a mission's folder with `meta.json`, `tasks/WP*.md` and, in all but the oldest missions,
 * `status.events.jsonl`. A history format: one file holds three shapes of line, not ordered by time.
 */
import type {
  FeatureNote,
  ReadOptions,
  SourceFile,
  SourceProblem,
  TransferDocument,
  TransferFeature,
  TransferItem,
} from '../document.js'
import { readWorkPackage, type StatedWorkPackage } from '../../specs/work-package-file.js'
import { withoutBadEdges } from '../graph.js'
import { isJson, parseJson, textAt, textsAt } from '../json.js'
import { parseMoment } from '../moment.js'
import { bodyOfFile, encodingProblem, LossCount, nameOf, readText, singleLine } from '../text.js'
import { readYaml } from '../yaml.js'
import { readActivity } from './activity-log.js'
import { type PackageHistory, readStatusLog } from './status-log.js'
import { NINE_LANES } from './lanes.js'

export const SPEC_KITTY = 'spec-kitty'

/** Reads every mission among the files: each folder that holds a log or a `tasks` folder. */
export async function readSpecKitty(
  files: readonly SourceFile[],
  options: ReadOptions,
): Promise<TransferDocument> {
  const problems: SourceProblem[] = []
  const losses = new LossCount()
  const missions = new Map<string, SourceFile[]>()
  for (const file of files) {
    const folder =
      /^(?:(.*)\/)?(?:tasks\/.+|status\.events\.jsonl|meta\.json|spec\.md)$/.exec(file.path)?.[1] ?? ''
    missions.set(folder, [...(missions.get(folder) ?? []), file])
  }
  const features: TransferFeature[] = []
  const workflow = exportedWorkflow(files) ?? 'reviewed'
  for (const [folder, own] of [...missions].sort(([a], [b]) => (a < b ? -1 : 1)))
    features.push(await readMission(folder, own, { options, problems, losses }))
  if (problems.length === 0 && !files.some(({ path, bytes }) => isMissions(path, bytes)))
    problems.push({
      file: files[0]?.path ?? '',
      line: null,
      message:
        'is not of a mission: a mission has status.events.jsonl, tasks/WP….md, or a meta.json that names its mission',
    })
  return {
    format: SPEC_KITTY,
    source: null,
    workflow,
    roles: NINE_LANES,
    features: features.filter(({ items, notes }) => items.length > 0 || notes.length > 0),
    problems,
    losses: losses.losses,
  }
}

/** Many projects have a meta.json: a mission's says what kind of mission it is, or what it is called. */
function isMissions(path: string, bytes: Uint8Array): boolean {
  if (!path.endsWith('meta.json')) return /(?:^|\/)(?:status\.events\.jsonl|tasks\/.+)$/.test(path)
  const parsed = parseJson(readText({ path, bytes }).text)
  if (!parsed.ok || !isJson(parsed.value)) return false
  const json = parsed.value
  return [
    'mission',
    'mission_type',
    'mission_slug',
    'mission_number',
    'friendly_name',
    'feature_number',
  ].some((key) => Object.hasOwn(json, key))
}

/** Returns the table in force when kitty exported the mission; spec-kitty's own log does not name one. */
function exportedWorkflow(files: readonly SourceFile[]): string | undefined {
  for (const file of files) {
    if (!file.path.endsWith('meta.json')) continue
    const parsed = parseJson(readText(file).text)
    const name = parsed.ok && isJson(parsed.value) ? textAt(parsed.value, 'kitty:workflow') : null
    if (name !== null) return name
  }
  return undefined
}

interface Reading {
  readonly options: ReadOptions
  readonly problems: SourceProblem[]
  readonly losses: LossCount
}

interface Meta {
  readonly title: string | null
  readonly mission: string | null
  readonly createdAt: string | null
  readonly slug: string | null
}

async function readMission(
  folder: string,
  files: readonly SourceFile[],
  { options, problems, losses }: Reading,
): Promise<TransferFeature> {
  const meta = readMeta(files, problems)
  const slug = folder.split('/').at(-1) || meta.slug || 'mission'
  const log = files.find(({ path }) => path.endsWith('status.events.jsonl'))
  const history = log === undefined ? undefined : readStatusLog(log, problems, losses)
  const items = new Map<string, TransferItem>()
  for (const file of files) {
    if (!/(?:^|\/)tasks\/(?:.*\/)?WP[^/]*\.md$/i.test(file.path)) continue
    const encoding = encodingProblem(file.bytes)
    if (encoding !== undefined) {
      problems.push({ file: file.path, line: null, message: encoding })
      continue
    }
    const read = await readWorkPackage(file.path, Buffer.from(file.bytes))
    if (!read.ok) {
      problems.push({
        file: file.path,
        line: null,
        message: read.reason.replace(`${file.path}, `, '').replace(`${file.path}: `, ''),
      })
      continue
    }
    const { workPackage } = read
    if (items.has(workPackage.work_package_id)) {
      problems.push({
        file: file.path,
        line: null,
        message: `is a second file of ${workPackage.work_package_id}; the first one counts`,
      })
      continue
    }
    const own = history?.packages.get(workPackage.work_package_id)
    items.set(
      workPackage.work_package_id,
      await itemOf(workPackage, file, {
        own,
        hasLog: history !== undefined,
        meta,
        losses,
        zone: options.zone,
      }),
    )
  }
  // A package that only the log has: its file was removed later.
  for (const [id, own] of history?.packages ?? [])
    if (!items.has(id)) items.set(id, itemWithoutFile(id, own, meta))
  const sorted = [...items.values()].sort((a, b) => a.id.length - b.id.length || (a.id < b.id ? -1 : 1))
  const { items: kept, dropped } = withoutBadEdges(sorted)
  for (const { why } of dropped) losses.add(`dependency (${why})`, 'dropped')
  const notes: readonly FeatureNote[] = history?.notes ?? []
  return {
    id: '',
    source: slug,
    name: slug,
    title: meta.title ?? slug,
    mission: meta.mission,
    createdAt: meta.createdAt,
    createdBy: null,
    items: kept,
    notes,
  }
}

function readMeta(files: readonly SourceFile[], problems: SourceProblem[]): Meta {
  const file = files.find(({ path }) => path.endsWith('meta.json'))
  const none = { title: null, mission: null, createdAt: null, slug: null }
  if (file === undefined) return none
  const parsed = parseJson(readText(file).text)
  if (!parsed.ok || !isJson(parsed.value)) {
    const message = encodingProblem(file.bytes) ?? 'is not a JSON object'
    problems.push({ file: file.path, line: null, message })
    return none
  }
  const json = parsed.value
  const title = textAt(json, 'title') ?? textAt(json, 'friendly_name')
  return {
    title: title === null ? null : singleLine(title),
    mission: textAt(json, 'mission_type') ?? textAt(json, 'mission'),
    createdAt: parseMoment(json['created_at']),
    slug: textAt(json, 'slug') ?? textAt(json, 'mission_slug'),
  }
}

interface FileReading {
  readonly own: PackageHistory | undefined
  /** Without a log, we use the front matter's lane and the Activity Log; with one, we ignore them. */
  readonly hasLog: boolean
  readonly meta: Meta
  readonly losses: LossCount
  readonly zone: string | undefined
}

async function itemOf(
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

function itemWithoutFile(id: string, own: PackageHistory, meta: Meta): TransferItem {
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
