/** The board's screen: a pure function from state and size to lines, exactly as many as the terminal has rows. */
import { ink, type Line, scrolled } from '../render/line.js'
import type { BoardState, Size } from './board-state.js'
import { conflictScreen } from './draw-conflicts.js'
import { footer } from './draw-footer.js'
import { header } from './draw-header.js'
import { helpLines } from './draw-help.js'
import { laneScreen } from './draw-lanes.js'
import { packageScreen } from './draw-package.js'

export interface Drawn {
  /** May hold the palette's sequences. */
  readonly lines: readonly string[]
  /** The first visible line of a page that scrolls, after it was kept within the page. */
  readonly top: number
}

export function draw(state: BoardState, size: Size): Drawn {
  const { rows, style } = size
  const below = footer(state, style)
  const above = header(state, style)
  const room = Math.max(0, rows - above.length - below.length)
  const { lines, top } = middle(state, { ...size, rows: room })
  const blank = Array.from({ length: Math.max(0, room - lines.length) }, (): Line => [])
  // On a low terminal the footer, with the prompt, is what must stay.
  const all = [...above, ...lines.slice(0, room), ...blank, ...below].slice(-rows)
  return { lines: ink(all, style).split('\n'), top }
}

function middle(state: BoardState, size: Size): { lines: readonly Line[]; top: number } {
  const { view } = state
  if (view.kind === 'board') return { lines: laneScreen(state, size.rows, size.style), top: 0 }
  if (view.kind === 'conflicts') return { lines: conflictScreen(state, view, size.rows, size.style), top: 0 }
  if (view.kind === 'package') return packageScreen(view, size)
  return scrolled(helpLines(), view.top, size.rows)
}
