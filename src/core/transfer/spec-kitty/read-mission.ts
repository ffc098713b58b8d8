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
import { readWorkPackage } from '../../specs/work-package-file.js'
import { withoutBadEdges } from '../graph.js'
import { compareText, encodingProblem, LossCount } from '../text.js'
import { NINE_LANES } from './lanes.js'
import { itemWithoutFile, missionItem } from './mission-item.js'
import { exportedWorkflow, isMissions, readMeta } from './mission-meta.js'
import { readStatusLog } from './status-log.js'
import { addTo } from '../../log/group-by.js'

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
    addTo(missions, folder, file)
  }
  const features = new Map<string, TransferFeature>()
  const workflow = exportedWorkflow(files) ?? 'reviewed'
  for (const [folder, own] of [...missions].sort(([a], [b]) => depth(a) - depth(b) || compareText(a, b))) {
    const mission = await readMission(folder, own, { options, problems, losses })
    if (mission.items.length === 0 && mission.notes.length === 0) continue
    // The keys of both would be the same.
    if (features.has(mission.name))
      problems.push({
        file: folder,
        line: null,
        message: `is a second mission named ${mission.name}; the first one counts`,
      })
    else features.set(mission.name, mission)
  }
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
    features: [...features.values()],
    problems,
    losses: losses.losses,
  }
}

function depth(folder: string): number {
  return folder.split('/').length
}

interface Reading {
  readonly options: ReadOptions
  readonly problems: SourceProblem[]
  readonly losses: LossCount
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
    if (!/(?:^|\/)tasks\//i.test(file.path) || !/(?:^|\/)WP[^/]*\.md$/i.test(file.path)) continue
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
      await missionItem(workPackage, file, {
        own,
        hasLog: history !== undefined,
        meta,
        losses,
        zone: options.zone,
      }),
    )
  }
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
