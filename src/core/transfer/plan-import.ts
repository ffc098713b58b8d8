/** Computes what an import would write. Pure, so a dry run and the import itself are the same computation. */
import type { WorkflowTable } from '../events-lib.js'
import type { Loss, SourceProblem, TransferDocument, TransferFeature, TransferItem } from './document.js'
import type { ForeignDraft } from '../store/event-store.js'
import { type FeatureLog, type ImportedPackage, importedPackages, readPackage } from './imported-log.js'
import { asInKey, importKey, valueHash } from './keys.js'
import type { LaneMap } from './lane-map.js'
import { planPackage } from './plan-package.js'
import type { ImportConflict } from './package-plan.js'
import { actorName, type PackagePlace } from './proposals.js'
import { fileWords, singleLine } from './text.js'

/** A feature of the source, and the kitty feature that it is imported into. */
export interface ImportTarget {
  readonly feature: TransferFeature
  readonly slug: string
  /** Part of every key. */
  readonly source: string
  readonly log: FeatureLog
  /** Package IDs that files on disk use and the log may not. */
  readonly filePackages: readonly string[]
}

export interface ImportRequest {
  readonly document: TransferDocument
  readonly targets: readonly ImportTarget[]
  readonly table: WorkflowTable
  readonly lanes: LaneMap
  readonly inPlace: boolean
  readonly importer: string
  /** RFC 3339 UTC with milliseconds: the time for everything that the source does not date. */
  readonly now: string
  readonly faultOf: (draft: ForeignDraft) => string | undefined
}

export interface PlannedPackage {
  readonly feature: string
  readonly work_package: string
  /** The source's item; null if the source no longer has it. */
  readonly item: TransferItem | null
  readonly itemId: string
  readonly isNew: boolean
  /** Dependencies as package IDs. */
  readonly dependencies: readonly string[]
  readonly events: number
  /** Name for the package's file if it has none yet; null for an import in place. */
  readonly fileName: string | null
}

export interface ImportPlan {
  /** In the source's order: by time, then by item. */
  readonly drafts: readonly ForeignDraft[]
  readonly packages: readonly PlannedPackage[]
  readonly conflicts: readonly ImportConflict[]
  readonly problems: readonly SourceProblem[]
  readonly losses: readonly Loss[]
}

export function planImport(request: ImportRequest): ImportPlan {
  const plans = request.targets.map((target) => planFeature(target, request))
  const drafts = plans.flatMap((plan) => plan.drafts)
  // A stable sort, so an item's events of the same time keep their order.
  drafts.sort((a, b) => (a.timestamp < b.timestamp ? -1 : a.timestamp > b.timestamp ? 1 : 0))
  return {
    drafts,
    packages: plans.flatMap((plan) => plan.packages),
    conflicts: plans.flatMap((plan) => plan.conflicts),
    problems: [...request.document.problems, ...plans.flatMap((plan) => plan.problems)],
    losses: mergeLosses([...request.document.losses, ...plans.flatMap((plan) => plan.losses)]),
  }
}

function planFeature(target: ImportTarget, request: ImportRequest): ImportPlan {
  const { feature, slug, source, log } = target
  const { document, table, lanes, inPlace, importer, now, faultOf } = request
  const losses: Loss[] = []
  const lost = (what: string): void => void losses.push({ what, count: 1, where: 'dropped' })
  const known = importedPackages(log, document.format, asInKey('source', source))
  const numbers = numberPackages(target, known, inPlace)
  const packageOf = (item: string): string | undefined => numbers.get(item)
  const problems: SourceProblem[] = []
  const drafts: ForeignDraft[] = []
  const conflicts: ImportConflict[] = []
  const plan = (itemId: string, item: TransferItem | undefined, workPackage: string): PlannedPackage => {
    const place: PackagePlace = { feature: slug, workPackage, format: document.format, table, lanes, lost }
    const before = imported(log, workPackage, itemId, document.format, source)
    const isNew = !log.eventsOf(workPackage).some(({ event_type }) => event_type === 'WPCreated')
    const file = inPlace || item === undefined ? null : `${workPackage}-${fileWords(item.title)}.md`
    const planned = planPackage({
      place,
      log,
      before,
      item,
      itemId,
      source,
      packageOf,
      inPlace,
      file,
      importer,
      now,
      faultOf,
    })
    drafts.push(...planned.drafts)
    conflicts.push(...planned.conflicts)
    for (const message of planned.faults) problems.push({ file: itemId, line: null, message })
    return {
      feature: slug,
      work_package: workPackage,
      item: item ?? null,
      itemId,
      isNew: isNew && planned.isPossible,
      dependencies: item?.dependencies.flatMap((id) => packageOf(id) ?? []) ?? [],
      events: planned.drafts.length,
      fileName: planned.isPossible ? file : null,
    }
  }
  const packages = feature.items.flatMap((item) => {
    const workPackage = packageOf(item.id)
    return workPackage === undefined ? [] : [plan(item.id, item, workPackage)]
  })
  const present = new Set(feature.items.map(({ id }) => asInKey('item', id)))
  // Don't assume that an item is gone: it may be on a line that could not be read.
  const gone =
    document.problems.length > 0
      ? []
      : [...known].filter(([item]) => !present.has(item) && !item.startsWith(FEATURE))
  packages.push(...gone.map(([item, workPackage]) => plan(item, undefined, workPackage)))
  return {
    drafts: [...featureDrafts(target, request), ...drafts],
    packages,
    conflicts,
    problems,
    losses,
  }
}

/** Returns what imports wrote about a package, which kitty itself may have created. */
function imported(
  log: FeatureLog,
  workPackage: string,
  itemId: string,
  format: string,
  source: string,
): ImportedPackage | undefined {
  const before = readPackage(log, workPackage, asInKey('item', itemId), format, asInKey('source', source))
  return before.events.length === 0 ? undefined : before
}

/**
 * Numbers the packages. Known items keep their package, items that name one get it if it is free, and the rest get the
 * next numbers.
 */
function numberPackages(
  { feature, log, filePackages }: ImportTarget,
  known: ReadonlyMap<string, string>,
  inPlace: boolean,
): Map<string, string> {
  const numbers = new Map<string, string>()
  const taken = new Set<string>([...log.packages, ...(inPlace ? [] : filePackages)])
  for (const { id } of feature.items) {
    const before = known.get(asInKey('item', id))
    if (before !== undefined) numbers.set(id, before)
  }
  const fresh = feature.items.filter(({ id }) => !numbers.has(id))
  fresh.sort((a, b) => compare(a.createdAt ?? LATEST, b.createdAt ?? LATEST) || compareIds(a.id, b.id))
  for (const { id, workPackage } of fresh) {
    if (workPackage === null || (taken.has(workPackage) && !inPlace)) continue
    numbers.set(id, workPackage)
    taken.add(workPackage)
  }
  let last = Math.max(0, ...[...taken].map((id) => Number(/^WP(\d+)$/.exec(id)?.[1] ?? 0)))
  for (const { id } of fresh)
    if (!numbers.has(id)) numbers.set(id, `WP${String((last += 1)).padStart(2, '0')}`)
  return numbers
}

/** Sorts after every time. */
const LATEST = '~'

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** Sorts `BACK-9` before `BACK-10`. */
function compareIds(a: string, b: string): number {
  const [left, right] = [a.split(/(\d+)/), b.split(/(\d+)/)]
  for (let at = 0; at < Math.min(left.length, right.length); at += 1) {
    const [x = '', y = ''] = [left[at], right[at]]
    const numeric = at % 2 === 1 ? Number(x) - Number(y) : 0
    if (numeric !== 0 || x !== y) return numeric || compare(x, y)
  }
  return left.length - right.length
}

/** Prefix of the item part in keys about the feature itself: no item ID begins with it by chance. */
const FEATURE = '~'

function featureDrafts({ feature, slug, source, log }: ImportTarget, request: ImportRequest): ForeignDraft[] {
  const { document, importer, now, faultOf } = request
  const item = `${FEATURE}${feature.id}`
  const drafts: ForeignDraft[] = []
  let previous: string | undefined
  const add = (
    what: string,
    h: string,
    at: string | null,
    by: string | null,
    event_type: string,
    payload: object,
  ): void => {
    const key = importKey({ format: document.format, source, item, what, h })
    if (log.keys.has(key) || drafts.some(({ causation_id }) => causation_id === key)) return
    const draft: ForeignDraft = {
      event_type,
      event_version: 1,
      entity_id: slug,
      entity_type: 'FeatureSpec',
      timestamp: at ?? now,
      actor: actorName(by, importer),
      causation_id: key,
      payload: { feature_slug: slug, ...payload },
      parents: previous === undefined ? [] : [previous],
    }
    if (faultOf(draft) !== undefined) return
    drafts.push(draft)
    previous = key
  }
  const first = [
    feature.createdAt,
    ...feature.items.map(({ createdAt }) => createdAt),
    ...feature.notes.map(({ at }) => at),
  ]
    .filter((at) => at !== null)
    .reduce<string | null>((least, at) => (least === null || at < least ? at : least), null)
  if (!log.featureEvents.some(({ event_type }) => event_type === 'SpecCreated')) {
    const { title, mission, createdAt, createdBy } = feature
    const created_by = actorName(createdBy, importer)
    add('created', valueHash([title, mission], createdBy, createdAt, null), first, createdBy, 'SpecCreated', {
      title: singleLine(title) || slug,
      mission: mission ?? 'software-dev',
      created_by,
    })
  }
  for (const { id, at, by, text } of feature.notes)
    add('note', id ?? valueHash(text, by, at, null), at, by, 'NoteAdded', { text })
  return drafts
}

function mergeLosses(losses: readonly Loss[]): Loss[] {
  const merged = new Map<string, Loss>()
  for (const loss of losses) {
    const key = `${loss.where} ${loss.what}`
    merged.set(key, { ...loss, count: (merged.get(key)?.count ?? 0) + loss.count })
  }
  return [...merged.values()]
}
