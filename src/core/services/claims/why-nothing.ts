import type { WorkflowTable } from '../../events-lib.js'
import type { WorkPackageDocument } from '../../projections/board-document.js'

/** Why a package is not to be had now. */
export interface WhyNot {
  readonly feature: string
  readonly work_package: string
  readonly reason: 'blocked' | 'held' | 'review' | 'refused'
  /** What it waits for: packages, or who has it. */
  readonly by: readonly string[]
  readonly text: string
}

/** Why none of these packages can be claimed: what is blocked and by whom, and who has what. */
export function whyNothing(documents: readonly WorkPackageDocument[], table: WorkflowTable): WhyNot[] {
  return documents.flatMap((document): WhyNot[] => {
    const { feature, work_package, lane, actor, blocked_by } = document
    const place = { feature, work_package }
    if (table.done.includes(lane) || table.dropped.includes(lane)) return []
    if (table.working.includes(lane)) {
      const until = document.lease?.expires_at
      const who = actor ?? 'someone'
      const text = `${work_package} is in ${lane} with ${who}${until === undefined ? '' : ` until ${until}`}`
      return [{ ...place, reason: 'held', by: [who], text }]
    }
    if (blocked_by.length > 0)
      return [
        {
          ...place,
          reason: 'blocked',
          by: blocked_by,
          text: `${work_package} waits for ${blocked_by.join(', ')}`,
        },
      ]
    if (lane === table.initial) return []
    return [
      {
        ...place,
        reason: 'review',
        by: actor === null ? [] : [actor],
        text: `${work_package} is in ${lane}`,
      },
    ]
  })
}
