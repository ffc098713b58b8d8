/** The heading of a feature: its name and its progress. */
import type { FeatureStatusDocument } from '../../projections/board-document.js'
import { symbolsOf, type Style } from '../style.js'
import { fill, span, spread, type Line } from './line.js'
import { oneLine } from './strip-control.js'

const BAR = 20
const NARROW_BAR = 10
/** Any farther apart, a slug and its progress no longer read as one line. */
const WIDEST_SUMMARY = 120

/** Slug and progress on one line; below it the title, if the feature has one. */
export function featureHeading(feature: FeatureStatusDocument, style: Style): Line[] {
  const title = oneLine(feature.title)
  const right = progressLine(feature, style, style.width < 100 ? NARROW_BAR : BAR)
  const left = [span(oneLine(feature.feature), 'strong')]
  const lines = [spread(left, right, style.width, style)]
  const away = archivedText(feature)
  return [
    ...lines,
    ...(title === '' || title === feature.feature ? [] : [[span(title, 'faint' as const)]]),
    ...(away === '' ? [] : [[span(away, 'warn' as const)]]),
  ]
}

/** `archived by ada: shipped; written to since`, or an empty string. */
export function archivedText({ archived }: FeatureStatusDocument): string {
  if (archived === null) return ''
  const reason = archived.reason === null ? '' : `: ${oneLine(archived.reason)}`
  return `archived by ${oneLine(archived.actor)}${reason}${archived.written_since ? '; written to since' : ''}`
}

/** `━━━━────  3/8  37%` */
function progressLine({ progress }: FeatureStatusDocument, style: Style, bar: number): Line {
  const { barDone, barLeft } = symbolsOf(style)
  const filled = progress.total === 0 ? 0 : Math.floor((progress.done / progress.total) * bar)
  const count = `${progress.done}/${progress.total}`
  return [
    span(barDone.repeat(filled), 'good'),
    span(barLeft.repeat(bar - filled), 'faint'),
    span(`  ${count}`.padStart(7)),
    span(` ${String(progress.percent).padStart(3)}%`, isFinished({ progress }) ? 'good' : 'faint'),
  ]
}

/** One line for a feature that is not shown in full; slugs are cut to one width so that the columns align. */
export function featureSummary(
  feature: FeatureStatusDocument,
  note: Line,
  slugWidth: number,
  style: Style,
): Line {
  const right = progressLine(feature, style, style.width < 100 ? 0 : NARROW_BAR)
  const slug = fill([span(oneLine(feature.feature), 'strong')], slugWidth, style)
  return spread([...slug, span('  '), ...note], right, Math.min(style.width, WIDEST_SUMMARY), style)
}

export function isFinished({ progress }: Pick<FeatureStatusDocument, 'progress'>): boolean {
  return progress.total > 0 && progress.done === progress.total
}
