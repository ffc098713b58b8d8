import type { FeatureStatusDocument, WorkPackageDocument } from '../../projections/board-document.js'
import type { Mark } from '../../projections/marks.js'
import { span, type Line } from './line.js'
import { oneLine } from './strip-control.js'
import { counted } from '../../errors/counted.js'

/** Longer lists are cut on a terminal, so that the board fits on one screen. */
const SHOWN = 15

/** Marks that need no action on this branch. */
const QUIET: ReadonlySet<Mark> = new Set(['not checked out'])

interface MarkLine {
  readonly feature: string
  readonly id: string
  readonly mark: string
  readonly text: string
}

/** True when a mark of the package needs an action. */
export function isMarked({ marks }: WorkPackageDocument): boolean {
  return marks.some(({ mark }) => !QUIET.has(mark))
}

/** All marks of these packages, as parts of a line. */
export function markLines(packages: readonly WorkPackageDocument[]): MarkLine[] {
  return packages.flatMap(({ feature, work_package, marks }) =>
    marks
      .filter(({ mark }) => !QUIET.has(mark))
      .map(({ mark, text }) => ({
        feature: oneLine(feature),
        id: oneLine(work_package),
        mark,
        text: oneLine(text),
      })),
  )
}

/** The board's section about files that differ from the log; empty when none does. */
export function markSection(features: readonly FeatureStatusDocument[], notCompared: number): Line[] {
  const lines = markLines(features.flatMap(({ lanes }) => Object.values(lanes).flat()))
  const unseen: Line[] =
    notCompared === 0
      ? []
      : [[span(`${counted(notCompared, 'file')} not compared yet: kitty sync --check`, 'faint')]]
  if (lines.length === 0) return unseen
  const rest = lines.length - SHOWN
  return [
    [span('Files and log differ', 'strong')],
    ...lines
      .slice(0, SHOWN)
      .map(({ id, mark, text }): Line => [
        span(`  ${id} `, 'strong'),
        span(`${mark}  `, 'warn'),
        span(text, 'faint'),
      ]),
    ...(rest > 0 ? [[span(`    and ${rest} more: kitty sync --check`, 'faint' as const)]] : []),
    ...unseen,
  ]
}
