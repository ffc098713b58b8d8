import type { LeaseDocument } from '../../projections/board-document.js'
import { oneLine } from './strip-control.js'
import { absoluteTime } from './time.js'

/** "lease of ada ended 2026-11-22 09:12"; empty while the lease lasts, and where there is none. */
export function endedLease(lease: LeaseDocument | null): string {
  if (lease?.ended !== true) return ''
  return `lease of ${oneLine(lease.actor)} ended ${minute(lease.expires_at)}`
}

/** The lease in full: who has the package, and until when. */
export function leaseFact(lease: LeaseDocument | null): string {
  if (lease === null) return ''
  const session = lease.session === null ? '' : ` (session ${oneLine(lease.session)})`
  const end = `${lease.ended ? 'ended' : 'until'} ${minute(lease.expires_at)}`
  return `${oneLine(lease.actor)}${session}, ${end}${lease.elsewhere ? ', in another clone' : ''}`
}

function minute(time: string): string {
  return absoluteTime(time).slice(0, 16)
}
