/** The board: each feature's progress, the contents of its lanes, who works on what, blockers and conflicts. */
import type {
  FeatureStatusDocument,
  StatusDocument,
  WorkPackageDocument,
} from '../../projections/board-document.js'
import { symbolsOf, type Style } from '../style.js'
import { plainBoard } from './board-plain.js'
import { boardSummary, isSmall, leftOutOfSummary } from './board-summary.js'
import { conflictLines } from './conflict-lines.js'
import { featureHeading, featureSummary, isFinished } from './feature-heading.js'
import { laneActivity, laneTitle, laneTone } from './lane.js'
import { renderLanes } from './lane-columns.js'
import { endedLease } from './lease.js'
import { fill, ink, span, type Line, paragraphs, wholeSpan } from './line.js'
import { markSection } from './marks.js'
import { oneLine } from './strip-control.js'
import { displayWidth, pad } from './text.js'
import { shownId } from './shown-id.js'
import { toRun } from '../../errors/next-step.js'
import { plainLines } from './plain-lines.js'

/** With more unfinished features than this, each gets one line and lanes are shown on request. */
const FULL_BOARDS = 3
const FINISHED_LINES = 10
/** Longer lists of activity are cut, so that the board fits on one screen. */
const ACTIVITY_LINES = 15
const NEXT_STEPS = [
  'Nothing here yet. Begin with',
  '',
  '  kitty agent feature setup-spec my-feature --title "What it is about"',
  '',
  'then make its work packages',
  '',
  '  kitty new "What it does"',
]

/** For the empty board of an earlier time. @param at as typed */
export function emptyPast(at: string): string {
  return `There was nothing on the board yet at ${oneLine(at)}.`
}

/** For an empty board: that there is something, and how to see it. */
export function archivedNote(count: number): string[] {
  if (count === 0) return []
  return [
    `${count === 1 ? '1 feature is' : `${count} features are`} archived${toRun(['kitty', 'status', '--archived'])}`,
  ]
}

/**
 * The board as text without a final newline: lanes on a terminal, one fact per line when piped.
 * @param full show every package of a large board, too
 */
export function renderBoard(status: StatusDocument, style: Style, full = false): string {
  if (status.features.length === 0) return plainLines(NEXT_STEPS)
  if (!style.terminal) return isWhole(status, full) ? plainBoard(status, style) : boardSummary(status)
  const { features } = status
  const unfinished = features.filter((feature) => !isFinished(feature))
  const shown = features.length === 1 ? features : unfinished.length > FULL_BOARDS && !full ? [] : unfinished
  const summarised = features.filter((feature) => !shown.includes(feature))
  const sections = [
    ...shown.map((feature) => wholeFeature(feature, style)),
    summaries(summarised, style),
    activity(features, style),
    conflictLines(
      features.flatMap((feature) => feature.conflicts),
      style,
    ),
    markSection(features, status.not_compared),
    hints(
      features,
      summarised.find((feature) => unfinished.includes(feature)),
    ),
  ]
  return ink(paragraphs(sections), style)
}

function isWhole(status: StatusDocument, full: boolean): boolean {
  return full || isSmall(status)
}

/** What a board in a pipe leaves out, and the command that shows it; empty when it leaves nothing out. */
export function boardLeftOut(status: StatusDocument, style: Style, full: boolean): string[] {
  return style.terminal || isWhole(status, full) ? [] : [leftOutOfSummary(status)]
}

function wholeFeature(feature: FeatureStatusDocument, style: Style): Line[] {
  const heading = featureHeading(feature, style)
  if (hasPackages(feature)) return [...heading, [], ...renderLanes(feature, style)]
  const command = ['kitty', 'new', 'What it does', '--feature', feature.feature]
  return [...heading, [wholeSpan(`no work packages yet${toRun(command)}`, 'faint')]]
}

/** One line per feature: unfinished ones first, each group in the given order; of many finished ones only the last. */
function summaries(features: readonly FeatureStatusDocument[], style: Style): Line[] {
  const finished = features.filter(isFinished)
  const ordered = [...features.filter((feature) => !isFinished(feature)), ...finished.slice(-FINISHED_LINES)]
  const longest = Math.max(0, ...ordered.map((feature) => displayWidth(oneLine(feature.feature))))
  const slugWidth = Math.min(longest, Math.floor(style.width * 0.4))
  const lines = ordered.map((feature) =>
    featureSummary(feature, summaryNote(feature, style), slugWidth, style),
  )
  const rest = finished.length - FINISHED_LINES
  return rest > 0 ? [...lines, [span(`and ${rest} more that are done`, 'faint')]] : lines
}

/** Canceled packages count here too, although they are not part of the progress. */
function hasPackages({ lanes }: FeatureStatusDocument): boolean {
  return Object.values(lanes).some((packages) => packages.length > 0)
}

/** Counts of the nonempty lanes, or the title of a finished feature. */
function summaryNote(feature: FeatureStatusDocument, style: Style): Line {
  const { done, dot } = symbolsOf(style)
  if (isFinished(feature)) return [span(`${done} `, 'good'), span(oneLine(feature.title), 'faint')]
  if (!hasPackages(feature)) return [span('no work packages yet', 'faint')]
  return Object.entries(feature.lanes)
    .filter(([lane, packages]) => lane !== 'done' && packages.length > 0)
    .flatMap(([lane, packages], at) => [
      span(at === 0 ? '' : ` ${dot} `, 'faint'),
      span(`${packages.length} ${laneTitle(oneLine(lane))}`, laneTone(lane)),
    ])
}

/** Who works on what and what waits for review, across features; empty when there is no activity. */
function activity(features: readonly FeatureStatusDocument[], style: Style): Line[] {
  const packages = features.flatMap((feature) => Object.values(feature.lanes).flat())
  const working = packages.filter((one) => laneActivity(one.lane) === 'working')
  const waiting = packages.filter((one) => laneActivity(one.lane) === 'waiting')
  const busy = [...working, ...waiting].filter((one) => one.actor !== null)
  if (busy.length === 0) return []
  const shown = busy.slice(0, ACTIVITY_LINES)
  const who = Math.min(20, Math.max(...shown.map((one) => displayWidth(oneLine(one.actor ?? '')))))
  const lane = Math.max(...shown.map((one) => displayWidth(oneLine(one.lane))))
  const rest = busy.length - shown.length
  return [
    [span('Who is on what', 'strong')],
    ...shown.map((one) => activityLine(one, who, lane, features.length > 1, style)),
    ...(rest === 0
      ? []
      : [[span(`    and ${rest} more: kitty agent tasks list --lane doing`, 'faint' as const)]]),
  ]
}

function activityLine(
  one: WorkPackageDocument,
  who: number,
  lane: number,
  manyFeatures: boolean,
  style: Style,
): Line {
  const { working, dot } = symbolsOf(style)
  const mark = laneActivity(one.lane) === 'working' ? working : dot
  const place = manyFeatures ? `${numberOf(one.feature)}/` : ''
  return [
    span(`  ${mark} `, laneTone(one.lane)),
    ...fill([span(oneLine(one.actor ?? ''))], who, style),
    span('  '),
    span(`${pad(laneTitle(oneLine(one.lane)), lane)}  `, laneTone(one.lane)),
    span(`${place}${shownId(one)}`, 'strong'),
    ...(one.lease?.ended === true ? [span(`  ${endedLease(one.lease)}`, 'warn' as const)] : []),
    span(` ${oneLine(one.title)}`),
  ]
}

function hints(
  features: readonly FeatureStatusDocument[],
  hidden: FeatureStatusDocument | undefined,
): Line[] {
  if (hidden === undefined) return []
  const slug = oneLine(hidden.feature)
  const number = numberOf(slug)
  // Two branches may have created features with the same number; then only the slug is unique.
  const name = features.filter((feature) => numberOf(feature.feature) === number).length === 1 ? number : slug
  return [[wholeSpan(`One feature's lanes${toRun(['kitty', 'status', '--feature', name])}`, 'faint')]]
}

function numberOf(slug: string): string {
  return /^\d+/.exec(slug)?.[0] ?? oneLine(slug)
}
