/** A feature's lanes side by side, each as wide as its contents need, or stacked when they do not fit. */
import type { FeatureStatusDocument, WorkPackageDocument } from '../../projections/board-document.js'
import { symbolsOf, type Style } from '../style.js'
import { laneActivity, laneTitle, laneTone } from './lane.js'
import { fill, lineWidth, span, spread, type Line } from './line.js'
import { oneLine } from './strip-control.js'
import { shownId } from './shown-id.js'
import { displayWidth, truncate, wrap } from './text.js'

const GAP = 2
/** Below this a title is unreadable, so lanes are stacked. */
const NARROWEST_COLUMN = 13
const WIDEST_COLUMN = 68
const STACK_BELOW = 60
/** A longer lane shows one line per card, so that the board fits on one screen. */
const FULL_CARDS = 6
/** Below this a line has room for an ID but no title. */
const TITLE_COLUMN = 24

type Lane = readonly [name: string, packages: readonly WorkPackageDocument[]]

/** The lanes as lines no wider than the style's width. */
export function renderLanes(feature: FeatureStatusDocument, style: Style): Line[] {
  const lanes = Object.entries(feature.lanes)
  const widths = columnWidths(lanes, style.width)
  return widths === undefined ? stacked(lanes, style) : sideBySide(lanes, widths, style)
}

/** A width per lane, or undefined when they do not fit side by side. An empty lane is as wide as its title. */
function columnWidths(lanes: readonly Lane[], width: number): number[] | undefined {
  if (width < STACK_BELOW) return undefined
  const least = lanes.map(([name, packages]) => displayWidth(headingOf(name, packages)))
  const fixed = lanes.reduce(
    (sum, [, packages], at) => sum + (packages.length === 0 ? (least[at] ?? 0) : 0),
    0,
  )
  const filled = lanes.filter(([, packages]) => packages.length > 0).length
  const room = width - fixed - GAP * (lanes.length - 1)
  const each = Math.min(WIDEST_COLUMN, Math.floor(room / Math.max(1, filled)))
  const crowded = lanes.some(([name, packages]) => name !== 'done' && packages.length > FULL_CARDS)
  if (filled > 0 && each < (crowded ? TITLE_COLUMN : NARROWEST_COLUMN)) return undefined
  // The first columns get the remainder of the division, one character each.
  let spare = each < WIDEST_COLUMN ? room - each * filled : 0
  return lanes.map(([, packages], at) =>
    packages.length === 0 ? (least[at] ?? 0) : each + (spare-- > 0 ? 1 : 0),
  )
}

function sideBySide(lanes: readonly Lane[], widths: readonly number[], style: Style): Line[] {
  const columns = lanes.map(([name, packages], at) => {
    const width = widths[at] ?? 0
    return [
      [span(headingOf(name, packages), packages.length === 0 ? 'faint' : laneTone(name))],
      [span(symbolsOf(style).rule.repeat(width), 'faint')],
      ...cards(name, packages, width, style),
    ]
  })
  const height = Math.max(0, ...columns.map((column) => column.length))
  return Array.from({ length: height }, (_, row) =>
    columns.flatMap((column, at): Line => {
      const cell = fill(column[row] ?? [], widths[at] ?? 0, style)
      return at === 0 ? cell : [span(' '.repeat(GAP)), ...cell]
    }),
  )
}

function stacked(lanes: readonly Lane[], style: Style): Line[] {
  return lanes
    .filter(([, packages]) => packages.length > 0)
    .flatMap(([name, packages], at): Line[] => [
      ...(at === 0 ? [] : [[]]),
      [span(headingOf(name, packages), laneTone(name))],
      ...stackedCards(name, packages, style.width - 2, style).map((card): Line => [span('  '), ...card]),
    ])
}

function stackedCards(
  name: string,
  packages: readonly WorkPackageDocument[],
  width: number,
  style: Style,
): Line[] {
  if (name === 'done' && packages.length > FULL_CARDS) return idLines(packages, width)
  return packages.map((one) => shortCard(name, one, width, style))
}

function idLines(packages: readonly WorkPackageDocument[], width: number): Line[] {
  const ids = packages.map((one) => oneLine(one.work_package)).join(' ')
  return wrap(ids, width).map((text) => [span(text, 'faint')])
}

function headingOf(name: string, packages: readonly unknown[]): string {
  return `${laneTitle(oneLine(name))} ${packages.length}`
}

function cards(name: string, packages: readonly WorkPackageDocument[], width: number, style: Style): Line[] {
  // Users rarely look for done work, so it takes little room when room is short.
  if (name === 'done' && width < TITLE_COLUMN) return idLines(packages, width)
  if (name === 'done' || packages.length > FULL_CARDS) {
    return packages.map((one) => shortCard(name, one, width, style))
  }
  return packages.flatMap((one, at) => [...(at === 0 ? [] : [[]]), ...fullCard(name, one, width, style)])
}

/** `WP04 SQLite Query Index  ⛔ WP03`: a work package on one line, with the most important fact at the right end. */
function shortCard(name: string, one: WorkPackageDocument, width: number, style: Style): Line {
  const { blocked, done, working } = symbolsOf(style)
  const id = `${shownId(one)} `
  const title = oneLine(one.title)
  if (name === 'done') return [span(`${done} `, 'good'), span(id + title, 'faint')]
  const left = [span(id, 'strong'), span(title)]
  const note: Line =
    one.blocked_by.length > 0
      ? [span(`${blocked} ${shortList(one.blocked_by)}`, 'bad')]
      : laneActivity(name) === 'working' && one.actor !== null
        ? [span(`${working} ${truncate(oneLine(one.actor), 12, symbolsOf(style).ellipsis)}`, laneTone(name))]
        : []
  return note.length === 0 || width < TITLE_COLUMN ? left : spread(left, note, width, style)
}

/** The first two IDs, and the number of others. */
function shortList(ids: readonly string[]): string {
  return oneLine(ids.slice(0, 2).join(' ')) + (ids.length > 2 ? ` +${ids.length - 2}` : '')
}

function fullCard(name: string, one: WorkPackageDocument, width: number, style: Style): Line[] {
  const { blocked, ellipsis } = symbolsOf(style)
  const ticks = one.subtasks.total === 0 ? '' : `${one.subtasks.done}/${one.subtasks.total}`
  const head: Line = [span(shownId(one), 'strong'), span(ticks === '' ? '' : `  ${ticks}`, 'faint')]
  const title = wrap(oneLine(one.title), width, width < 20 ? 3 : 2, ellipsis).map((text): Line => [
    span(text),
  ])
  const blockers =
    one.blocked_by.length === 0
      ? []
      : [[span(`${blocked} ${oneLine(one.blocked_by.join(' '))}`, 'bad' as const)]]
  return [head, ...title, ...whoLine(name, one, width, style), ...blockers]
}

/** The actor and the gate results; empty for work that no one has started. */
function whoLine(name: string, one: WorkPackageDocument, width: number, style: Style): Line[] {
  const activity = laneActivity(name)
  const gates = one.gates.total === 0 ? '' : `gates ${one.gates.passed}/${one.gates.total}`
  const who = activity === undefined || one.actor === null ? '' : oneLine(one.actor)
  if (who === '' && gates === '') return []
  const mark = activity === 'working' ? symbolsOf(style).working : symbolsOf(style).dot
  const actor = who === '' ? [] : [span(`${mark} ${who}`, laneTone(name))]
  const room = width - lineWidth(actor) - (actor.length === 0 ? 0 : 2)
  if (gates === '' || gates.length <= room)
    return [[...actor, span(gates === '' || who === '' ? gates : `  ${gates}`, 'faint')]]
  return [actor, [span(gates, 'faint')]]
}
