import type { UndoResult } from '../../services/undo/undo.js'
import type { Style } from '../style.js'
import { eventText } from './event-text.js'
import { oneLine } from './strip-control.js'
import { counted } from '../../errors/counted.js'

/** Output of `undo`: what was taken back, one line per event. */
export function renderUndo({ undone, events }: UndoResult, style: Style): string {
  if (undone.length === 0) return `This undo has run before; it wrote ${counted(events.length, 'event')}.`
  return undone
    .map((event) => `Took back: ${oneLine(event.entity_id)} ${eventText(event, style)} (${event.timestamp})`)
    .join('\n')
}
