import { span, spread, type Line } from '../render/line.js'
import { oneLine } from '../render/strip-control.js'
import { symbolsOf, type Style } from '../style.js'
import { type BoardState, openConflictsOf } from './board-state.js'
import { counted } from '../../errors/counted.js'

const BAR = 10

/** One line: what is shown, and how far it is. */
export function header(state: BoardState, style: Style): Line[] {
  const { board, about, filter } = state
  const { dot } = symbolsOf(style)
  const [only, ...others] = board.features
  const what =
    others.length === 0 && only !== undefined ? only.feature : counted(board.features.length, 'feature')
  const filtered: Line = filter === '' ? [] : [span(` ${dot} only "${oneLine(filter)}"`, 'warn')]
  const left: Line = [
    span(` ${oneLine(about.repository)}`, 'strong'),
    span(` ${dot} ${oneLine(what)}`, 'faint'),
    ...filtered,
    ...uncompared(state, style),
  ]
  return [spread(left, progress(state, style), style.width, style)]
}

function progress(state: BoardState, style: Style): Line {
  const { barDone, barLeft, warning } = symbolsOf(style)
  const done = sum(state, 'done')
  const total = sum(state, 'total')
  const filled = total === 0 ? 0 : Math.floor((done / total) * BAR)
  const conflicts = openConflictsOf(state).length
  const noun = conflicts === 1 ? 'conflict' : 'conflicts'
  return [
    ...(conflicts === 0 ? [] : [span(`${warning} ${conflicts} ${noun}  `, 'warn')]),
    span(barDone.repeat(filled), 'good'),
    span(barLeft.repeat(BAR - filled), 'faint'),
    span(` ${done}/${total} done `),
  ]
}

/** While files are unread, and on boards with too many to read: marks and packages without an event are missing. */
function uncompared({ board: { not_compared } }: BoardState, style: Style): Line {
  if (not_compared === 0) return []
  return [span(` ${symbolsOf(style).dot} ${counted(not_compared, 'file')} not compared`, 'faint')]
}

function sum({ board }: BoardState, what: 'done' | 'total'): number {
  return board.features.reduce((total, { progress }) => total + progress[what], 0)
}
