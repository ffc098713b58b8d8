import type { ForeignDraft } from '../store/event-store.js'
import type { TransferItem } from './document.js'
import type { FeatureLog } from './feature-log.js'
import type { ImportedPackage } from './imported-package.js'
import type { PackagePlace } from './proposals.js'

/** Source and kitty both changed a register since the last import, to different values. */
export interface ImportConflict {
  readonly feature: string
  readonly work_package: string
  readonly item: string
  readonly register: string
  readonly imported: unknown
  readonly kitty: unknown
  readonly source: unknown
}

export interface PackageInput {
  readonly place: PackagePlace
  readonly log: FeatureLog
  readonly before: ImportedPackage
  /** Undefined for a package that the source no longer has. */
  readonly item: TransferItem | undefined
  readonly itemId: string
  readonly source: string
  /** Maps the source's item to kitty's package; undefined for an item that is not imported. */
  readonly packageOf: (item: string) => string | undefined
  /** For an import in place, the package's file is the definition, and `kitty sync` brings it into the log. */
  readonly inPlace: boolean
  /** The package's file. */
  readonly file: string | null
  readonly importer: string
  readonly now: string
  /** Explains in words why an event must not be written. */
  readonly faultOf: (draft: ForeignDraft) => string | undefined
}

export interface PackagePlan {
  /** False if the package's creation event cannot be written: then none of its events are, and it gets no file. */
  readonly isPossible: boolean
  readonly drafts: readonly ForeignDraft[]
  readonly conflicts: readonly ImportConflict[]
  /** What could not be written, in words. */
  readonly faults: readonly string[]
}
