import type { WorkflowTable } from '../../events-lib.js'
import type { WorkPackageDocument } from '../../projections/board-document.js'
import type { BoardMarks } from '../../projections/marks.js'
import { awaitsReview } from '../../rules/work-lanes.js'
import { packageName } from '../../specs/work-package-id.js'
import { verdictText } from '../moves/verdict-steps.js'

/** Why a package is not to be had now. */
export interface WhyNot {
  readonly feature: string
  readonly work_package: string
  readonly reason: 'blocked' | 'held' | 'review' | 'refused' | 'not_in_log'
  /** What it waits for: packages, or who has it. Empty for a package that is not in the log. */
  readonly by: readonly string[]
  readonly text: string
}

export interface WhyFacts {
  readonly table: WorkflowTable
  /** True for a package that the holder who asks may review. */
  readonly mayReview: (document: WorkPackageDocument) => boolean
}

/**
 * Why none of these packages can be claimed: first the reviews that wait for the one who asks, with the commands for
 * them, then what is blocked and by whom, and who has what.
 */
export function whyNothing(documents: readonly WorkPackageDocument[], facts: WhyFacts): WhyNot[] {
  const isSeveral = new Set(documents.map(({ feature }) => feature)).size > 1
  const reviews = documents.filter(facts.mayReview)
  const others = documents.filter((document) => !facts.mayReview(document))
  return [
    ...reviews.map((document) => reviewWaits(document, facts.table, isSeveral)),
    ...others.flatMap((document) => whyNot(document, facts.table)),
  ]
}

/** The packages that only have files: no one can be offered them until they are in the log. */
export function notLogged({ fresh, marksOf }: Pick<BoardMarks, 'fresh' | 'marksOf'>): WhyNot[] {
  return fresh.map(({ feature_slug: feature, work_package_id: work_package }) => {
    const marks = marksOf(feature, work_package).map(({ text }) => text)
    return { feature, work_package, reason: 'not_in_log', by: [], text: marks.join('; ') }
  })
}

function reviewWaits(
  { feature, work_package, lane, actor }: WorkPackageDocument,
  table: WorkflowTable,
  isSeveral: boolean,
): WhyNot {
  const name = isSeveral ? packageName(feature, work_package) : work_package
  const text = `${work_package} waits for your review${verdictText(table, lane, name)}`
  return { feature, work_package, reason: 'review', by: actor === null ? [] : [actor], text }
}

function whyNot(document: WorkPackageDocument, table: WorkflowTable): WhyNot[] {
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
  const by = actor === null ? [] : [actor]
  const what = awaitsReview(table, lane) ? ' and waits for a review by someone else' : ''
  return [{ ...place, reason: 'review', by, text: `${work_package} is in ${lane}${what}` }]
}
