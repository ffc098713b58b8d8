/** The lanes side by side: as many as fit around the cursor's, and of each the cards around the cursor. */
import type { WorkPackageDocument } from '../../projections/board-document.js'
import { laneActivity, laneTitle, laneTone } from '../render/lane.js'
import { fill, span, type Line } from '../render/line.js'
import { oneLine } from '../render/strip-control.js'
import { displayWidth, truncate } from '../render/text.js'
import { symbolsOf, type Style } from '../style.js'
import { shownId } from '../render/shown-id.js'
import { type BoardState, type Cursor, type Lane, lanesOf } from './board-state.js'

const GAP = 2
/** Below this a title is unreadable. */
const NARROWEST = 22
const CARD_ROWS = 2

interface Column {
  readonly lane: Lane
  readonly width: number
}

export function laneScreen(state: BoardState, rows: number, style: Style): Line[] {
  const lanes = lanesOf(state)
  const columns = columnsAround(lanes, state.cursor.lane, style.width - 1)
  const strip = columns.length < lanes.length ? [overview(lanes, columns, state.cursor)] : []
  const manyFeatures = state.board.features.length > 1
  const height = rows - strip.length
  const drawn = columns.map(({ lane, width }) =>
    column(lane, width, height, state.cursor, manyFeatures, style),
  )
  const lines = Array.from({ length: Math.max(0, height) }, (_, row) =>
    columns.flatMap(({ width }, at): Line => {
      const cell = fill(drawn[at]?.[row] ?? [], width, style)
      return [span(' '.repeat(at === 0 ? 1 : GAP)), ...cell]
    }),
  )
  return [...strip, ...lines]
}

/** Every lane with its count, where some have no column. */
function overview(lanes: readonly Lane[], columns: readonly Column[], cursor: Cursor): Line {
  return lanes.flatMap(({ name, packages }): Line => {
    const isShown = columns.some(({ lane }) => lane.name === name)
    const tone = name === cursor.lane ? 'strong' : isShown ? undefined : 'faint'
    return [span(` ${laneTitle(oneLine(name))} ${packages.length} `, tone)]
  })
}

/** An empty lane is as wide as its heading; the others share what is left. */
function columnsAround(lanes: readonly Lane[], focus: string, width: number): Column[] {
  const least = (lane: Lane): number =>
    lane.packages.length === 0 ? displayWidth(headingOf(lane)) : NARROWEST
  const needed = (some: readonly Lane[]): number =>
    some.reduce((sum, lane) => sum + least(lane), GAP * (some.length - 1))
  const here = Math.max(
    0,
    lanes.findIndex(({ name }) => name === focus),
  )
  let [from, to] = [here, here + 1]
  for (let grown = true; grown;) {
    grown = false
    if (to < lanes.length && needed(lanes.slice(from, to + 1)) <= width) [to, grown] = [to + 1, true]
    if (from > 0 && needed(lanes.slice(from - 1, to)) <= width) [from, grown] = [from - 1, true]
  }
  const shown = lanes.slice(from, to)
  const filled = shown.filter(({ packages }) => packages.length > 0).length
  const spare = Math.max(0, width - needed(shown))
  const each = filled === 0 ? 0 : Math.floor(spare / filled)
  return shown.map((lane) => ({
    lane,
    width: Math.min(width, least(lane) + (lane.packages.length === 0 ? 0 : each)),
  }))
}

function headingOf({ name, packages }: Lane): string {
  return `${laneTitle(oneLine(name))} ${packages.length}`
}

function column(
  lane: Lane,
  width: number,
  height: number,
  cursor: Cursor,
  manyFeatures: boolean,
  style: Style,
): Line[] {
  const { rule } = symbolsOf(style)
  const isHere = lane.name === cursor.lane
  const tone = isHere ? 'chosen' : lane.packages.length === 0 ? 'faint' : laneTone(lane.name)
  const room = Math.max(1, Math.floor((height - 3) / CARD_ROWS))
  const first = Math.max(
    0,
    Math.min((isHere ? cursor.at : 0) - Math.floor(room / 2), lane.packages.length - room),
  )
  const shown = lane.packages.slice(first, first + room)
  const below = lane.packages.length - first - shown.length
  return [
    [span(headingOf(lane), tone)],
    first === 0 ? [span(rule.repeat(width), 'faint')] : [span(`${first} more above`, 'faint')],
    ...shown.flatMap((one, at) => {
      const isChosen = isHere && first + at === cursor.at
      return card(one, isChosen, width, manyFeatures, style)
    }),
    ...(below === 0 ? [] : [[span(`${below} more below`, 'faint' as const)]]),
  ]
}

/** Two lines: number and title; below, what a reader would ask next. */
function card(
  one: WorkPackageDocument,
  isChosen: boolean,
  width: number,
  manyFeatures: boolean,
  style: Style,
): Line[] {
  const { chosen, ellipsis } = symbolsOf(style)
  const id = `${manyFeatures ? `${shortName(one.feature)}/` : ''}${shownId(one)}`
  const title = truncate(`${id} ${oneLine(one.title)}`, width - 2, ellipsis)
  if (isChosen) return [[span(`${chosen} `, 'strong'), span(title, 'chosen')], factsOf(one, width, style)]
  const idPart = title.slice(0, id.length)
  return [[span('  '), span(idPart, 'strong'), span(title.slice(id.length))], factsOf(one, width, style)]
}

function factsOf(one: WorkPackageDocument, width: number, style: Style): Line {
  const { working, dot, blocked, ellipsis } = symbolsOf(style)
  const activity = laneActivity(one.lane)
  const who = activity === undefined || one.actor === null ? '' : oneLine(one.actor)
  const sign = activity === 'working' ? working : dot
  const { subtasks, gates, blocked_by, marks } = one
  const counts = [
    subtasks.total === 0 ? '' : `${subtasks.done}/${subtasks.total}`,
    gates.total === 0 ? '' : `gates ${gates.passed}/${gates.total}`,
  ].filter(Boolean)
  const right: Line = [
    ...(one.lease?.ended === true ? [span('lease ended ', 'warn')] : []),
    ...(blocked_by.length === 0 ? [] : [span(`${blocked} ${oneLine(blocked_by.join(' '))} `, 'bad')]),
    ...marks.map(({ mark }) => span(`${oneLine(mark)} `, 'warn')),
    span(counts.join('  '), 'faint'),
  ]
  const left: Line =
    who === ''
      ? []
      : [span(`${sign} ${truncate(who, Math.max(8, width - 14), ellipsis)}  `, laneTone(one.lane))]
  return [span('  '), ...left, ...right]
}

/** The number of a feature, or the whole slug if it has none. */
function shortName(feature: string): string {
  return /^\d+/.exec(feature)?.[0] ?? oneLine(feature)
}
