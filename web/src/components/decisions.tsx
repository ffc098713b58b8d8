import { h } from 'preact'
import { decisions } from '../state/board.js'
import type { ConflictDocument } from '../state/documents.js'
import { plural } from '../format.js'
import { useStore } from '../state/store.js'
import { Conflict } from './conflict.js'

/** What someone has to decide, before anything else. */
export function Decisions(): h.JSX.Element | null {
  const open = useStore(decisions)
  if (open.length === 0) return null
  return (
    <section class="decisions" aria-label="Decisions">
      <h2>{plural(open.length, 'decision')} needed</h2>
      <ul>
        {open.map((conflict) => (
          <li key={nameOf(conflict)}>
            <Conflict conflict={conflict} />
          </li>
        ))}
      </ul>
    </section>
  )
}

function nameOf({ feature, entity_id, register }: ConflictDocument): string {
  return `${feature}/${entity_id}/${register}`
}
