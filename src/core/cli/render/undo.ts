import type { UndoResult } from '../../services/undo/undo.js'
import type { Style } from '../style.js'
import { eventText } from './event-text.js'
import { oneLine } from './strip-control.js'

/** Output of `undo`: what was taken back, one line per event. */
export function renderUndo({ undone, events }: UndoResult, style: Style): string {
  if (undone.length === 0) return `This undo has run before; it wrote ${countOf(events.length)}.`
  return undone
    .map((event) => `Took back: ${oneLine(event.entity_id)} ${eventText(event, style)} (${event.timestamp})`)
    .join('\n')
}

function countOf(events: number): string {
  return events === 1 ? '1 event' : `${events} events`
}
