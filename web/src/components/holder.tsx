import { h } from 'preact'
import { hueOf, when } from '../format.js'
import type { WorkPackageDocument } from '../state/documents.js'

interface HolderProps {
  readonly actor: string | null
  readonly lease?: WorkPackageDocument['lease']
}

/** Who has moved a card where it is: a badge in a color of their own, and the name. */
export function Holder({ actor, lease }: HolderProps): h.JSX.Element | null {
  if (actor === null) return null
  const until = lease === undefined || lease === null ? '' : `has it until ${when(lease.expires_at)}`
  return (
    <span class="holder" style={{ '--hue': hueOf(actor) }} title={until}>
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
