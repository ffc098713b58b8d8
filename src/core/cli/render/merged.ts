import type { AcceptResult } from '../../services/features/accept-feature.js'
import type { MergeResult } from '../../services/merge/merge-package.js'
import { unbroken } from '../../errors/invisible.js'
import { plainLines } from './plain-lines.js'

/** Output of `kitty merge`. */
export function renderMerged({
  work_package,
  branch,
  base,
  commit,
  merged,
  event,
  removed,
}: MergeResult): string {
  const at = commit === null ? '' : ` (${commit.slice(0, 10)})`
  return plainLines([
    `${work_package}: ${branch} ${merged ? 'merged' : 'was merged before'} into ${base}${at}`,
    event === null
      ? '  it was done before'
      : `  moved to ${String(event.payload['new_status'])} (${event.actor})`,
    ...(removed === null ? [] : [`  removed ${removed}`]),
  ])
}

/** Output of `kitty accept`. */
export function renderAccepted({ feature, done, dropped, event }: AcceptResult): string {
  const left = dropped === 0 ? '' : `, ${dropped} canceled`
  return unbroken(`${feature}: accepted and archived, ${done} done${left} (${event.actor})`)
}
