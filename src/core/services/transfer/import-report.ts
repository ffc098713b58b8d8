/** What an import did, or in a dry run would do. */
import type { Loss, SourceProblem } from '../../transfer/document.js'
import type { ImportConflict } from '../../transfer/package-plan.js'
import type { PlannedPackage } from '../../transfer/plan-import.js'
import type { ChosenTarget } from './import-targets.js'

export interface ImportedFeature {
  readonly feature: string
  readonly source: string
  readonly created: readonly string[]
  readonly changed: readonly string[]
}

export interface ImportReport {
  readonly format: string
  readonly dry_run: boolean
  readonly in_place: boolean
  readonly features: readonly ImportedFeature[]
  /** Events that were written or, in a dry run, would be. */
  readonly events: number
  readonly files: number
  /** The workflow that the import chose for an empty log. Null if it left the setting unchanged. */
  readonly workflow: string | null
  readonly conflicts: readonly ImportConflict[]
  /** Packages whose text, below the front matter, differs from the source's. */
  readonly texts: {
    /** Their file has the text that was imported last and gets the new one. */
    readonly changed: readonly string[]
    /** Their file was changed here, or no note of this clone says that it was not: it stays. */
    readonly kept: readonly string[]
  }
  readonly problems: readonly SourceProblem[]
  readonly lost: readonly Loss[]
}

/** One feature's part of the report; none of one that is gone from the source as before. */
export function featureReport(
  { slug, source, isGone }: ChosenTarget,
  packages: readonly PlannedPackage[],
): ImportedFeature[] {
  const own = packages.filter(({ feature }) => feature === slug)
  const created = own.filter(({ isNew }) => isNew).map(({ work_package }) => work_package)
  const changed = own.filter(({ isNew, events }) => !isNew && events > 0)
  if (isGone && changed.length === 0) return []
  return [{ feature: slug, source, created, changed: changed.map(({ work_package }) => work_package) }]
}
