/** A large board for programs: one line per feature, the packages that someone has to look at, and what is left out. */
import type {
  FeatureStatusDocument,
  StatusDocument,
  WorkPackageDocument,
} from '../../projections/board-document.js'
import { packageName } from '../../specs/work-package-id.js'
import { conflictLine } from './board-plain.js'
import { archivedText } from './feature-heading.js'
import { laneMatters } from './lane.js'
import { isMarked } from './marks.js'
import { shownId } from './shown-id.js'
import { oneLine } from './strip-control.js'
import { plainLines } from './plain-lines.js'

/** Boards of up to so many packages are shown in full. */
const WHOLE = 20
/** A summary shows at most so many packages, and so many conflicts. */
const SHOWN = 8
const CONFLICTS = 5

/** True when the whole board is no longer than a summary. */
export function isSmall({ features }: StatusDocument): boolean {
  return packageCount(features) <= WHOLE
}

/** Lines of the kinds `feature`, `package`, `conflict` and `note`. */
export function boardSummary(status: StatusDocument): string {
  const { features, not_compared } = status
  const conflicts = features.flatMap((feature) =>
    feature.conflicts.map((conflict) => conflictLine(oneLine(feature.feature), conflict)),
  )
  const marked = features.flatMap(packageLists).reduce((sum, list) => sum + list.filter(isMarked).length, 0)
  return plainLines([
    ...features.map(featureLine),
    ...mattering(features).slice(0, SHOWN).map(packageLine),
    ...conflicts.slice(0, CONFLICTS),
    ...rest(conflicts.length - CONFLICTS, 'conflicts', 'kitty conflicts'),
    ...rest(marked, 'packages differ from their files', 'kitty list --changed'),
    ...rest(not_compared, 'files not compared yet', 'kitty sync --check'),
  ])
}

/** How many packages the summary shows, and the command that shows them all. */
export function leftOutOfSummary({ features }: StatusDocument): string {
  const shown = Math.min(SHOWN, mattering(features).length)
  return `${shown} of ${packageCount(features)} packages shown. All: kitty status --full`
}

type Packages = readonly WorkPackageDocument[]

/** The packages of each lane. */
function packageLists({ lanes }: FeatureStatusDocument): Packages[] {
  return Object.values(lanes)
}

function packageCount(features: readonly FeatureStatusDocument[]): number {
  return features.flatMap(packageLists).reduce((sum, list) => sum + list.length, 0)
}

/** The packages that someone has to look at. */
function mattering(features: readonly FeatureStatusDocument[]): WorkPackageDocument[] {
  return features.flatMap(({ lanes }) =>
    Object.entries(lanes).flatMap(([lane, packages]) => (laneMatters(lane) ? packages : [])),
  )
}

function featureLine(feature: FeatureStatusDocument): string {
  const { done, total, percent } = feature.progress
  const slug = oneLine(feature.feature)
  return [`feature  ${slug}  ${done}/${total} done  ${percent}%`, counts(feature), archivedText(feature)]
    .filter((part) => part !== '')
    .join('  ')
}

/** `planned 20 (12 blocked)  doing 3`, without the lanes that are empty or done. */
function counts({ lanes }: FeatureStatusDocument): string {
  return Object.entries(lanes)
    .filter(([lane, packages]) => packages.length > 0 && lane !== 'done')
    .map(([lane, packages]) => {
      const blocked = packages.filter((one) => one.blocked_by.length > 0).length
      return `${oneLine(lane)} ${packages.length}${blocked > 0 ? ` (${blocked} blocked)` : ''}`
    })
    .join('  ')
}

function packageLine(one: WorkPackageDocument): string {
  return ['package', packageName(one.feature, shownId(one)), one.lane, one.actor ?? '-', one.title]
    .map((part) => oneLine(part))
    .join('  ')
}

function rest(count: number, what: string, command: string): string[] {
  return count > 0 ? [`note  ${count} ${what}: ${command}`] : []
}
