/** One open conflict at a time, its sides next to each other. */
import { ruleName, valueText } from '../render/conflict-lines.js'
import { fill, span, type Line } from '../render/line.js'
import { oneLine } from '../render/strip-control.js'
import { wrap } from '../render/text.js'
import { absoluteTime } from '../render/time.js'
import type { ConflictDocument } from '../../projections/board-document.js'
import { symbolsOf, type Style } from '../style.js'
import { type BoardState, openConflictsOf, packageOf, type View } from './board-state.js'

const NARROWEST_SIDE = 24
const GAP = 3

export function conflictScreen(
  state: BoardState,
  view: View & { kind: 'conflicts' },
  rows: number,
  style: Style,
): Line[] {
  const conflicts = openConflictsOf(state)
  const conflict = conflicts[view.at]
  if (conflict === undefined) return []
  const { dot, warning } = symbolsOf(style)
  const { feature, entity_id, register } = conflict
  const title = packageOf(state, `${feature}/${entity_id}`)?.title ?? ''
  return [
    [],
    [
      span(` ${warning} `, 'warn'),
      span(`${oneLine(entity_id)} `, 'strong'),
      span(oneLine(title)),
      span(`  ${oneLine(feature)}`, 'faint'),
    ],
    [
      span(
        `   ${oneLine(register)}, ${conflict.events.length} concurrent changes ${dot} ${ruleName(conflict.rule)}`,
      ),
    ],
    [span(`   conflict ${view.at + 1} of ${conflicts.length}`, 'faint')],
    [],
    ...sides(
      conflict,
      conflict.events.findIndex(({ event_id }) => event_id === view.chosen?.event_id),
      rows - 5,
      style,
    ),
  ]
}

/** As many sides as fit, the chosen one among them. @param chosen -1 where none is */
function sides(conflict: ConflictDocument, chosen: number, rows: number, style: Style): Line[] {
  const width = style.width - 2
  const fit = Math.max(1, Math.floor((width + GAP) / (NARROWEST_SIDE + GAP)))
  const count = Math.min(fit, conflict.events.length)
  const first = Math.max(0, Math.min(chosen - Math.floor(count / 2), conflict.events.length - count))
  const each = Math.floor((width - GAP * (count - 1)) / count)
  const blocks = Array.from({ length: count }, (_, at) =>
    side(conflict, first + at, first + at === chosen, each, style),
  )
  const height = Math.min(rows, Math.max(...blocks.map((block) => block.length)))
  return Array.from({ length: Math.max(0, height) }, (_, row) =>
    blocks.flatMap((block, at): Line => [
      span(' '.repeat(at === 0 ? 1 : GAP)),
      ...fill(block[row] ?? [], each, style),
    ]),
  )
}

function side(
  conflict: ConflictDocument,
  at: number,
  isChosen: boolean,
  width: number,
  style: Style,
): Line[] {
  const event = conflict.events[at]
  if (event === undefined) return []
  const { rule, chosen, done, ellipsis } = symbolsOf(style)
  const wins = event.event_id === conflict.winner
  const value = wrap(valueText(event.value), width - 2, 12, ellipsis)
  return [
    [
      span(`${isChosen ? chosen : ' '} `, 'strong'),
      span(oneLine(event.actor), isChosen ? 'chosen' : 'strong'),
    ],
    [span(rule.repeat(width), isChosen ? undefined : 'faint')],
    ...(value.length === 0 ? [''] : value).map((text): Line => [
      span('  '),
      span(text, wins ? 'good' : undefined),
    ]),
    [],
    [span(`  ${absoluteTime(oneLine(event.timestamp))}`, 'faint')],
    [span(wins ? `  ${done} wins now` : '  kept in the log', wins ? 'good' : 'faint')],
  ]
}
