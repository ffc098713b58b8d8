import type { FeatureStatusDocument, StatusDocument } from '../../projections/board-document.js'
import { plainLines } from '../../cli/render/plain-lines.js'
import { oneLine } from '../../cli/render/strip-control.js'
import { PastBoard } from '../../services/board/past-board.js'
import { Status } from '../../services/board/status.js'
import { TEXT, described, type Tool } from '../tool.js'

/** A feature with numbers instead of packages: a board of hundreds would fill a model's context. */
interface CountedFeature extends Omit<FeatureStatusDocument, 'lanes'> {
  readonly lanes: Readonly<Record<string, number>>
}

export const board: Tool = {
  description: 'Board: counts per lane; with feature its packages, too.',
  properties: { feature: TEXT, at: described('as of: clock, time or git revision') },
  readOnly: true,
  async answer({ services, scope, input }) {
    const asked = input.optional('feature')
    const feature = asked === undefined ? undefined : await scope.feature(asked)
    const at = input.optional('at')
    const status =
      at === undefined
        ? await (await services.resolve(Status)).board(feature)
        : await (await services.resolve(PastBoard)).board(at, feature)
    return {
      document: feature === undefined ? { ...status, features: status.features.map(counted) } : status,
      text: textOf(status, feature !== undefined),
    }
  },
}

function counted({ lanes, ...feature }: FeatureStatusDocument): CountedFeature {
  return {
    ...feature,
    lanes: Object.fromEntries(Object.entries(lanes).map(([lane, in_it]) => [lane, in_it.length])),
  }
}

function textOf({ features }: StatusDocument, isWhole: boolean): string {
  if (features.length === 0) return 'There are no features yet.'
  return plainLines(
    features.flatMap(({ feature, progress, lanes, conflicts }) => [
      `${feature} ${progress.done}/${progress.total} done${conflicts.length === 0 ? '' : `, ${conflicts.length} open conflicts`}`,
      ...Object.entries(lanes).flatMap(([lane, packages]) =>
        packages.length === 0
          ? []
          : isWhole
            ? packages.map(
                (one) => `  ${lane} ${one.work_package} ${oneLine(one.title)}${waits(one.blocked_by)}`,
              )
            : [`  ${lane} ${packages.length}`],
      ),
    ]),
  )
}

function waits(blockedBy: readonly string[]): string {
  return blockedBy.length === 0 ? '' : ` (waits for ${blockedBy.join(', ')})`
}
