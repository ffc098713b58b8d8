/** What to do next, and what a claim gave. */
import type { ClaimWithWorkspaceResult } from '../../services/claims/claim-with-workspace.js'
import type { NextDocument } from '../../services/claims/candidates.js'
import type { ClaimNextResult, NextResult } from '../../services/claims/next.js'
import type { Offer } from '../../services/claims/next-order.js'
import type { WhyNot } from '../../services/claims/why-nothing.js'
import type { Style } from '../style.js'
import { oneLine } from './strip-control.js'
import { truncate } from './text.js'
import { renderWholeWork } from './whole-work-page.js'
import { toRun } from '../../errors/next-step.js'
import { packageName } from '../../specs/work-package-id.js'
import { plainLines } from './plain-lines.js'

const REASONS_SHOWN = 5
/** Columns. */
const TITLE_WIDTH = 40

interface AskedNext {
  readonly all?: readonly string[]
  readonly mine?: boolean
}

/**
 * Output of `next`: one line per package, best first.
 * @param features those that it chose from
 * @param asked the command that lists all of them, and whether only what is the asker's own was asked for
 */
export function renderNext(
  { next, total, why }: NextResult,
  features: readonly string[],
  { all = ['kitty', 'next', '--limit', String(total)], mine = false }: AskedNext = {},
): string {
  if (next.length === 0)
    return mine && features.length > 0
      ? `Nothing there is yours. To see all${toRun(['kitty', 'next'])}`
      : nothing(why, features)
  const more = total - next.length
  const rest = more === 0 ? [] : [`${more} more${toRun(all)}`]
  return plainLines([...next.map(nextLine), ...rest, ...next.slice(0, 1).map(beginLine)])
}

/** How to begin with the first: `show` names the commands for what a claim would not give. */
function beginLine({ offer, feature, work_package, lease }: NextDocument): string {
  const name = packageName(feature, work_package)
  if (offer === 'in_work' || offer === 'review') return `Begin${toRun(['kitty', 'show', name])}`
  const how = lease?.ended === true ? ['--take-over', '--reason', 'TEXT'] : []
  return `Begin${toRun(['kitty', 'claim', name, ...(offer === 'other_session' ? ['--resume'] : how)])}`
}

/** Output of `next --claim`. @param features those that it chose from */
export function renderClaimedNext(
  { claimed, work_package, why }: ClaimNextResult,
  features: readonly string[],
  now: Date,
  style: Style,
): string {
  if (claimed === null || work_package === null) return nothing(why, features)
  const head = claimed.resumed
    ? `${claimed.work_package} is yours already, in ${claimed.new_status}.`
    : `Claimed ${claimed.work_package}: ${claimed.old_status} → ${claimed.new_status}.`
  return [oneLine(head), '', renderWholeWork(work_package, now, style)].join('\n')
}

/** Output of `claim`. */
export function renderClaim(claim: ClaimWithWorkspaceResult): string {
  const { work_package, feature, old_status, new_status, resumed, workspace_path, branch } = claim
  const what = resumed
    ? `${work_package} is yours already, in ${new_status} (${feature}).`
    : `Claimed ${work_package}: ${old_status} → ${new_status} (${feature}).`
  if (workspace_path === null) return oneLine(what)
  return plainLines([
    oneLine(what),
    `  branch ${oneLine(branch ?? '(detached)')}`,
    `  next${toRun(['cd', workspace_path])}`,
  ])
}

function nothing(why: readonly WhyNot[], features: readonly string[]): string {
  if (features.length === 0)
    return 'There is no open feature. Make one: kitty agent feature setup-spec my-feature'
  if (why.length === 0) return 'There is no open work package. Make one: kitty new "What it does"'
  const shown = why
    .slice(0, REASONS_SHOWN)
    .map(({ feature, text }) => `  ${oneLine(feature)}: ${oneLine(text)}`)
  const more = why.length - shown.length
  const rest = more <= 0 ? [] : [`  and ${more} more: kitty next --json`]
  return plainLines(['Nothing is free to work on.', ...shown, ...rest])
}

function nextLine(one: NextDocument): string {
  const { feature, work_package, title, lease, offer } = one
  const name = packageName(feature, work_package)
  const end = lease?.ended === true ? `lease of ${lease.actor} ended ${lease.expires_at}` : SAID[offer](one)
  return oneLine(`${name}  ${truncate(oneLine(title), TITLE_WIDTH)}  ${end}`)
}

const SAID: Readonly<Record<Offer, (one: NextDocument) => string>> = {
  in_work: ({ lane }) => `yours, in ${lane}`,
  rejected: () => 'yours, rejected',
  review: () => 'to review',
  lease_ended_long_ago: ({ actor }) => `left by ${actor ?? 'someone'}`,
  lease_ended: ({ actor }) => `left by ${actor ?? 'someone'}`,
  ready: ({ unblocks, priority }) =>
    `ready, priority ${priority}${unblocks.length === 0 ? '' : `, unblocks ${unblocks.join(' ')}`}`,
  other_session: ({ lane }) => `yours in another session, in ${lane}: claim --resume`,
}
