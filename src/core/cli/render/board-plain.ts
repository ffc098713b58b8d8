/**
 * The board where it is read by a program or kept in a file: one fact a line, each line with its kind and its
 * feature, so that grep finds it; nothing cut off, aligned by spaces.
 */
import type {
  ConflictDocument,
  FeatureStatusDocument,
  StatusDocument,
  WorkPackageDocument,
} from '../../projections/board-document.js'
import { paint, type Style } from '../style.js'
import { valueText } from './conflict-lines.js'
import { laneTone } from './lane.js'
import { oneLine } from './strip-control.js'
import { displayWidth, pad } from './text.js'

/** Lines of the kinds `feature`, `package` and `conflict`, in this order within each feature. */
export function plainBoard(status: StatusDocument, style: Style): string {
  return status.features.flatMap((feature) => featureLines(feature, style)).join('\n')
}

function featureLines(feature: FeatureStatusDocument, style: Style): string[] {
  const { progress } = feature
  const packages = Object.values(feature.lanes).flat()
  const rows = packages.map((one) => [one.work_package, one.lane, ticks(one), one.actor ?? '-'].map(oneLine))
  const widths = [0, 1, 2, 3].map((column) =>
    Math.max(0, ...rows.map((row) => displayWidth(row[column] ?? ''))),
  )
  const slug = oneLine(feature.feature)
  return [
    `feature  ${slug}  ${progress.done}/${progress.total} done  ${progress.percent}%  ${oneLine(feature.title)}`.trimEnd(),
    ...packages.map((one, at) => {
      const cells = rows[at] ?? []
      const aligned = cells.map((cell, column) => {
        const padded = pad(cell, widths[column] ?? 0)
        return column === 1 ? paint(padded, laneTone(one.lane), style) : padded
      })
      const blockers = one.blocked_by.length === 0 ? '' : `  blocked by ${oneLine(one.blocked_by.join(','))}`
      return `package  ${slug}  ${aligned.join('  ')}  ${oneLine(one.title)}${blockers}`
    }),
    ...feature.conflicts.map((conflict) => conflictLine(slug, conflict)),
  ]
}

function ticks({ subtasks }: WorkPackageDocument): string {
  return subtasks.total === 0 ? '-' : `${subtasks.done}/${subtasks.total}`
}

function conflictLine(slug: string, conflict: ConflictDocument): string {
  const values = conflict.events.map((event) => {
    const stands = event.event_id === conflict.winner ? ' (stands)' : ''
    return `${valueText(event.value)} by ${oneLine(event.actor)}${stands}`
  })
  const state = conflict.open ? 'open' : 'settled'
  return `conflict  ${slug}  ${oneLine(conflict.entity_id)}  ${oneLine(conflict.register)}  ${values.join(' against ')}  ${oneLine(conflict.rule)}  ${state}`
}
