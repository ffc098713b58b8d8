import { h } from 'preact'
import { ago } from '../format.js'
import { useStore } from '../state/store.js'

/** How long ago something was, counted on while the page is open. */
export function Ago({ time }: { time: string | null }): h.JSX.Element {
  useStore(({ now }) => now)
  return (
    <time dateTime={time ?? ''} title={time ?? ''}>
      {ago(time)}
    </time>
  )
}
