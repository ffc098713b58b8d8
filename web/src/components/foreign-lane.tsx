import { h } from 'preact'
import type { About } from '../state/documents.js'

/** A warning in a lane that only the log has; nothing in the workflow's own. */
export function ForeignLane({ about, lane }: { about: About; lane: string }): h.JSX.Element | null {
  if (about.lanes.includes(lane)) return null
  return <p class="foreign">The workflow has no lane “{lane}”.</p>
}
