/** What an audit found: one line per finding. */
import type { AuditedRange } from '../../services/audit/audit.js'
import type { Finding, FindingKind } from '../../services/audit/finding.js'
import type { Style } from '../style.js'
import { ink, span, type Line } from './line.js'
import { oneLine } from './strip-control.js'
import { counted } from '../../errors/counted.js'

const SAYS: Readonly<Record<FindingKind, string>> = {
  foreign_author: 'another author',
  after_commit: 'dated after its commit',
  before_parent: 'dated before what it follows',
  settles_others: "decides others' conflict",
  clock_leap: 'clock leaps',
  changed_line: 'line changed',
  removed_line: 'line removed',
  stub: 'redacted',
  no_commit: 'in no commit',
}

export function renderAudit(
  { commits, events, imported, findings, by_hub }: AuditedRange,
  style: Style,
): string {
  const heading: Line[] = [
    [span(`${counted(events, 'event')} in ${counted(commits, 'commit')}`, 'strong')],
    ...(imported === 0 ? [] : [[span(`${counted(imported, 'imported event')}, by the source's own names`)]]),
  ]
  const lines = findings.length === 0 ? [[span('Nothing to look at.')]] : findings.map(findingLine)
  const waiting = by_hub.map(({ feature, entity_id, event_id, role }): Line => [
    span('  hub', 'strong'),
    span(`, role ${oneLine(role ?? 'unknown')}: ${oneLine(`${feature}/${entity_id}`)} ${event_id}`),
  ])
  return ink([...heading, ...lines, ...waiting], style)
}

/** One finding, for an audit and for the preview of a merge. */
export function findingLine({ kind, event_id, feature, entity_id, commit, message }: Finding): Line {
  const what = feature === null ? event_id : `${feature}/${entity_id ?? ''} ${event_id}`
  return [
    span(`  ${SAYS[kind]} `, 'strong'),
    span(`${oneLine(what)} `),
    span(`${oneLine(message)} `),
    span(commit.slice(0, 10), 'faint'),
  ]
}
