import type { WorkflowTable } from '../../events-lib.js'
import type { FeatureStatusDocument, StatusDocument } from '../../projections/board-document.js'
import { withoutEmpty } from '../../projections/documents.js'
import { laneKind } from '../../rules/lane-kinds.js'

interface BriefPackage {
  readonly work_package: string
  readonly title: string
  readonly lane: string
  readonly actor?: string
}

type BriefFeature = Omit<FeatureStatusDocument, 'lanes'> & {
  readonly lanes: Readonly<Record<string, number>>
  readonly packages: readonly BriefPackage[]
}

/**
 * The board in counts, without the keys that hold nothing. Packages are listed only where someone has to act: in work,
 * in review, rejected or blocked.
 */
export function briefDocument(status: StatusDocument, table: WorkflowTable): object {
  return withoutEmpty({ ...status, features: status.features.map((feature) => briefFeature(feature, table)) })
}

function briefFeature({ lanes, ...feature }: FeatureStatusDocument, table: WorkflowTable): BriefFeature {
  const filled = Object.entries(lanes).filter(([, packages]) => packages.length > 0)
  return {
    ...feature,
    lanes: Object.fromEntries(filled.map(([lane, packages]) => [lane, packages.length])),
    packages: filled
      .filter(([lane]) => isShown(lane, table))
      .flatMap(([, packages]) => packages)
      .map(({ work_package, title, lane, actor }) => ({
        work_package,
        title,
        lane,
        ...(actor !== null && { actor }),
      })),
  }
}

function isShown(lane: string, table: WorkflowTable): boolean {
  return lane === 'blocked' || ['working', 'review', 'rework'].includes(laneKind(lane, table))
}
