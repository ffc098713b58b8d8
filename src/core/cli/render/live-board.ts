import type { LiveBoard } from '../../follow/watch-board.js'
import { failureOf } from '../failure.js'
import { paint, type Style } from '../style.js'
import { renderBoard } from './board.js'
import { oneLine } from './strip-control.js'
import { wrap } from './text.js'

/** The board of `status --watch`. A failure comes first: a board may be longer than the screen. */
export function renderLiveBoard({ board, failure }: LiveBoard, style: Style, full: boolean): string {
  const page = renderBoard(board, style, full)
  if (failure === undefined) return page
  const { message, next_steps } = failureOf(failure).document
  const said = [message, ...next_steps.map(({ text }) => text)]
  const lines = said.flatMap((text) => wrap(oneLine(text), style.width))
  return [...lines.map((line) => paint(line, 'bad', style)), '', page].join('\n')
}
