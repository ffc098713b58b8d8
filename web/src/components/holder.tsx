import { h } from 'preact'
import { hueOf } from '../format.js'

/** Who has moved a card where it is: a badge in a color of their own, and the name. */
export function Holder({ actor }: { actor: string | null }): h.JSX.Element | null {
  if (actor === null) return null
  return (
    <span class="holder" style={{ '--hue': hueOf(actor) }}>
      <i aria-hidden="true">{initials(actor)}</i>
      <span>{actor}</span>
    </span>
  )
}

/** `ada` → A, `ada-lovelace` → AL */
function initials(actor: string): string {
  const words = actor.split(/[\s\-_.]+/).filter((word) => word !== '')
  return words
    .slice(0, 2)
    .map((word) => String.fromCodePoint(word.codePointAt(0) ?? 0).toUpperCase())
    .join('')
}
