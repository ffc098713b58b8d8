import { h } from 'preact'
import { useState } from 'preact/hooks'
import { plural, when } from '../format.js'
import { historyRows } from '../graph/history-rows.js'
import type { WorkPackageDetailDocument } from '../state/documents.js'
import { Holder } from './holder.js'
import { eventText } from './event-text.js'
import { More, PAGE } from './more.js'

const STEP = 14
const HEIGHT = 34

/** Events, newest first, with a line from each to what its writer had seen. */
export function HistoryGraph({ events }: { events: WorkPackageDetailDocument['history'] }): h.JSX.Element {
  const [shown, show] = useState(PAGE)
  const { rows, columns } = historyRows(events.slice(-shown))
  const width = columns * STEP + 4
  const x = (column: number): number => column * STEP + STEP / 2
  return (
    <section>
      <h2>
        History <small>{plural(events.length, 'event')}</small>
      </h2>
      <ol class="history" style={{ '--graph': `${width}px` }}>
        {rows.map(({ event, column, lines }) => (
          <li key={event.event_id}>
            <svg width={width} height={HEIGHT} aria-hidden="true">
              {lines.map(([from, to, part]) => {
                const [top, end] =
                  part === 'above' ? [0, HEIGHT / 2] : part === 'below' ? [HEIGHT / 2, HEIGHT] : [0, HEIGHT]
                const middle = (top + end) / 2
                return (
                  <path d={`M${x(from)} ${top}C${x(from)} ${middle} ${x(to)} ${middle} ${x(to)} ${end}`} />
                )
              })}
              <circle cx={x(column)} cy={HEIGHT / 2} r="4" />
            </svg>
            <span class="event">{eventText(event)}</span>
            <Holder actor={event.actor} />
            <time dateTime={event.timestamp}>{when(event.timestamp)}</time>
          </li>
        ))}
      </ol>
      <More shown={shown} total={events.length} show={show} />
    </section>
  )
}
