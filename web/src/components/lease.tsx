import { h } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { when } from '../format.js'
import type { WorkPackageDocument } from '../state/documents.js'

type Lease = NonNullable<WorkPackageDocument['lease']>

/** The longest delay that a timer takes, in milliseconds. */
const LONGEST_MS = 2 ** 31 - 1

/** Says that anyone may take the package over, from the moment its lease ends: no event marks that moment. */
export function EndedLease({ lease }: { lease: Lease | null }): h.JSX.Element | null {
  const [now, setNow] = useState(Date.now)
  const end = lease === null ? Infinity : Date.parse(lease.expires_at)
  useEffect(() => {
    const left = end - Date.now()
    if (left <= 0 || left > LONGEST_MS) return undefined
    const timer = setTimeout(() => setNow(Date.now()), left + 1)
    return () => clearTimeout(timer)
  }, [end])
  if (lease === null || !(lease.ended || end <= now)) return null
  const elsewhere = lease.elsewhere ? ' The holder is in another clone, and may be alive unseen.' : ''
  return (
    <span class="mark wait" title={`Anyone may take it over.${elsewhere}`}>
      lease of {lease.actor} ended {when(lease.expires_at)}
    </span>
  )
}
