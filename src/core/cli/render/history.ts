/** The history of an entity in causal order, with times and actors. */
import type { EventDocument } from '../../projections/board-document.js'
import { symbolsOf, type Style } from '../style.js'
import { eventText } from './event-text.js'
import { fill, lineWidth, span, widest, type Line } from './line.js'
import { oneLine } from './strip-control.js'
import { wrap } from './text.js'
import { absoluteTime, relativeTime } from './time.js'

const WIDEST_ACTOR = 20
const NARROWEST_TEXT = 16

/** Time, age, actor, text; long texts wrap below themselves. Keeps the given order, which is the log's. */
export function historyLines(events: readonly EventDocument[], now: Date, style: Style): Line[] {
  const ago = events.map((event) => relativeTime(event.timestamp, now))
  const agoWidth = widest(ago.map((text) => [span(text)]))
  const actors = events.map((event) => span(oneLine(event.actor)))
  const actorWidth = Math.min(WIDEST_ACTOR, widest(actors.map((actor) => [actor])))
  return events.flatMap((event, at) => {
    const head: Line = [
      span(`  ${absoluteTime(oneLine(event.timestamp))}  ${(ago[at] ?? '').padEnd(agoWidth)}  `, 'faint'),
      ...fill([actors[at] ?? span('')], actorWidth, style),
      span('  '),
    ]
    const indent = lineWidth(head)
    const room = style.width - indent
    // With too little room to wrap into, the line is cut at the terminal's width.
    const texts = wrap(
      eventText(event, style),
      room < NARROWEST_TEXT ? Infinity : room,
      3,
      symbolsOf(style).ellipsis,
    )
    return [head, ...texts.slice(1).map((): Line => [span(' '.repeat(indent))])].map((line, row) => [
      ...line,
      span(texts[row] ?? ''),
    ])
  })
}
