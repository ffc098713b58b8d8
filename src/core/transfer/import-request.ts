import type { WorkflowTable } from '../events-lib.js'
import type { ForeignDraft } from '../store/event-store.js'
import type { TransferDocument, TransferFeature } from './document.js'
import type { FeatureLog } from './feature-log.js'
import type { LaneMap } from './lane-map.js'

/** A feature of the source, and the kitty feature that it is imported into. */
export interface ImportTarget {
  readonly feature: TransferFeature
  readonly slug: string
  /** Part of every key. */
  readonly source: string
  readonly log: FeatureLog
  /** True if the source no longer has the feature. */
  readonly isGone: boolean
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
  /** Explains in words why the file of a planned package must not be written. */
  readonly fileFaultOf: (feature: string, workPackage: string) => string | undefined
}
