/** Computes what an import would write. Pure, so a dry run and the import itself are the same computation. */
import type { Loss, SourceProblem, TransferItem } from './document.js'
import type { Definition } from '../specs/definition.js'
import type { ForeignDraft } from '../store/event-store.js'
import { closingEdges, type LeftOut } from './closing-edges.js'
import { featureDrafts, isOfFeature } from './feature-drafts.js'
import type { ImportRequest, ImportTarget } from './import-request.js'
import { ImportedPackage, importedPackages } from './imported-package.js'
import { asInKey } from './keys.js'
import { numberPackages } from './package-numbers.js'
import type { ImportConflict } from './package-plan.js'
import { definitionOf, planPackage } from './plan-package.js'
import type { PackagePlace } from './proposals.js'
import { compareText, fileWords } from './text.js'

export interface PlannedPackage {
  readonly feature: string
  readonly work_package: string
  /** The source's item; null if the source no longer has it. */
  readonly item: TransferItem | null
  readonly itemId: string
  readonly isNew: boolean
  /** What the log says about a new package; null if the source no longer has the item. */
  readonly definition: Definition | null
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
  drafts.sort((a, b) => compareText(a.timestamp, b.timestamp))
  return {
    drafts,
    packages: plans.flatMap((plan) => plan.packages),
    conflicts: plans.flatMap((plan) => plan.conflicts),
    problems: [...request.document.problems, ...plans.flatMap((plan) => plan.problems)],
    losses: mergeLosses([...request.document.losses, ...plans.flatMap((plan) => plan.losses)]),
  }
}

/**
 * Plans a feature with the items that can become packages. An item that cannot must be known before others refer to it:
 * the number that a dependency names would be given to another package.
 */
function planFeature(target: ImportTarget, request: ImportRequest): ImportPlan {
  const { log, source } = target
  const known = importedPackages(log, request.document.format, asInKey('source', source))
  const numbers = numberPackages(target, known, request.inPlace)
  const problems: SourceProblem[] = []
  let leftOut: LeftOut = new Map()
  for (;;) {
    const { refused, ...plan } = planNumbered(target, request, known, numbers, leftOut)
    const closing = refused.length > 0 || leftOut.size > 0 ? leftOut : closingEdges(log, plan.drafts)
    if (refused.length === 0 && closing.size === leftOut.size)
      return { ...plan, problems: inOrder(target.feature.items, [...problems, ...plan.problems]) }
    leftOut = closing
    for (const { id, faults } of refused) {
      numbers.delete(id)
      for (const message of faults) problems.push({ file: id, line: null, message })
    }
  }
}

/** Sorts the problems of items as the source has the items. */
function inOrder(items: readonly TransferItem[], problems: readonly SourceProblem[]): SourceProblem[] {
  const places = new Map(items.map(({ id }, at) => [id, at]))
  return [...problems].sort((a, b) => (places.get(a.file) ?? 0) - (places.get(b.file) ?? 0))
}

interface NumberedPlan extends ImportPlan {
  /** The items whose packages cannot be created, and why. */
  readonly refused: readonly { readonly id: string; readonly faults: readonly string[] }[]
}

/**
 * Plans the items that have a number.
 * @param known the packages of earlier imports
 * @param leftOut by package, what it must not wait for
 */
function planNumbered(
  target: ImportTarget,
  request: ImportRequest,
  known: ReadonlyMap<string, string>,
  numbers: ReadonlyMap<string, string>,
  leftOut: LeftOut,
): NumberedPlan {
  const { feature, slug, source, log } = target
  const { document, table, lanes, inPlace, importer, now, faultOf, fileFaultOf } = request
  const losses: Loss[] = []
  const lost = (what: string): void => void losses.push({ what, count: 1, where: 'dropped' })
  const inKeys = asInKey('source', source)
  const packageOf = (item: string): string | undefined => numbers.get(item)
  const problems: SourceProblem[] = []
  const refused: { id: string; faults: readonly string[] }[] = []
  const drafts: ForeignDraft[] = []
  const conflicts: ImportConflict[] = []
  const plan = (itemId: string, asRead: TransferItem | undefined, workPackage: string): PlannedPackage => {
    const item = withoutEdges(
      asRead,
      (id) => leftOut.get(workPackage)?.has(packageOf(id) ?? '') === true,
      lost,
    )
    const place: PackagePlace = { feature: slug, workPackage, format: document.format, table, lanes, lost }
    const before = new ImportedPackage(log, workPackage, asInKey('item', itemId), document.format, inKeys)
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
    // One by one: an item may have more than fit into the arguments of a call.
    for (const draft of planned.drafts) drafts.push(draft)
    for (const conflict of planned.conflicts) conflicts.push(conflict)
    const fileFault = isNew ? fileFaultOf(slug, workPackage) : undefined
    const faults = fileFault === undefined ? planned.faults : [fileFault]
    if (!planned.isPossible || fileFault !== undefined) refused.push({ id: itemId, faults })
    else for (const message of faults) problems.push({ file: itemId, line: null, message })
    for (const id of item?.dependencies ?? [])
      if (packageOf(id) === undefined) lost('dependency (not imported)')
    return {
      feature: slug,
      work_package: workPackage,
      item: item ?? null,
      itemId,
      isNew,
      definition: item === undefined ? null : definitionOf(item, packageOf, () => undefined),
      events: planned.drafts.length,
      fileName: file,
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
      : [...known].filter(([item]) => !present.has(item) && !isOfFeature(item))
  for (const [item, workPackage] of gone) packages.push(plan(item, undefined, workPackage))
  return {
    drafts: [...(target.isGone ? [] : featureDrafts(target, request)), ...drafts],
    packages,
    conflicts,
    problems,
    losses,
    refused,
  }
}

function withoutEdges(
  item: TransferItem | undefined,
  isLeftOut: (dependency: string) => boolean,
  lost: (what: string) => void,
): TransferItem | undefined {
  const dependencies = item?.dependencies.filter((id) => !isLeftOut(id)) ?? []
  if (item === undefined || dependencies.length === item.dependencies.length) return item
  for (let at = dependencies.length; at < item.dependencies.length; at += 1)
    lost('dependency (cycle, with what was added here)')
  return { ...item, dependencies }
}

function mergeLosses(losses: readonly Loss[]): Loss[] {
  const merged = new Map<string, Loss>()
  for (const loss of losses) {
    const key = `${loss.where} ${loss.what}`
    merged.set(key, { ...loss, count: (merged.get(key)?.count ?? 0) + loss.count })
  }
  return [...merged.values()]
}
