import type { ConflictDocument } from '../../projections/board-document.js'
import { type Finding, isWrong } from '../../services/audit/finding.js'
import type { CiReportResult } from '../../services/ci-report.js'
import { markdownText } from '../../transfer/text.js'
import { counted } from '../../errors/counted.js'

/** Maximum length of each list in a summary, since people read pull requests. */
const SHOWN = 30

/** The report as Markdown for a pull request. */
export function renderCiSummary(report: CiReportResult): string {
  const {
    base,
    new_events: events,
    imported,
    changes,
    conflicts,
    settled,
    authors,
    findings,
    by_hub,
    problems,
  } = report
  const lines = [
    '## kitty',
    '',
    `${counted(events, 'new event')} since ${markdownText(base)}${imported > 0 ? `, ${imported} of them imported` : ''}.`,
    ...table(
      'Board',
      ['Package', 'From', 'To', 'By'],
      changes.map((change) => [
        `${change.feature}/${change.work_package} ${change.title}`,
        change.from ?? 'new',
        change.to,
        change.actor ?? '',
      ]),
    ),
    ...list('Conflicts it opens', conflicts.map(conflictText)),
    ...list('Conflicts it settles', settled.map(conflictText)),
    ...list(
      'Events of another author than their commit',
      authors.map(
        ({ feature, entity_id, event_type, actor, author, commit }) =>
          `${feature}/${entity_id} ${event_type} by ${actor}, committed by ${author} (${commit.slice(0, 10)})`,
      ),
    ),
    ...list(
      'Lines that do not fit their commits',
      findings.filter((one) => isWrong(one) && one.kind !== 'foreign_author').map(findingText),
    ),
    ...list('To look at', findings.filter((one) => !isWrong(one)).map(findingText)),
    ...list(
      'On the hub, and in no commit yet',
      by_hub.map(
        ({ feature, entity_id, event_type, actor, role }) =>
          `${feature}/${entity_id} ${event_type} by ${actor}, hub, role ${role ?? 'not known now'}`,
      ),
    ),
    ...list(
      'Problems of the log',
      problems.map(({ file, line, kind, message }) => `${file}:${line} ${kind}: ${message}`),
    ),
  ]
  if (changes.length + conflicts.length + settled.length + findings.length + problems.length === 0)
    lines.push('', 'Nothing on the board changes, and nothing is wrong with the log.')
  return `${lines.join('\n')}\n`
}

function findingText({ kind, event_id, feature, entity_id, author, commit, message }: Finding): string {
  const what = feature === null ? event_id : `${feature}/${entity_id ?? ''} ${event_id}`
  return `${what} ${kind}: ${message} (${author}, ${commit.slice(0, 10)})`
}

function conflictText({ feature, entity_id, register, events }: ConflictDocument): string {
  const values = events.map(
    ({ value, actor }) => `${typeof value === 'string' ? value : JSON.stringify(value)} (${actor})`,
  )
  return `${feature}/${entity_id} ${register}: ${values.join(', ')}`
}

function table(title: string, head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  if (rows.length === 0) return []
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  const body = rows.slice(0, SHOWN).map((cells) => line(cells.map(markdownText)))
  return ['', `### ${title}`, '', line(head), line(head.map(() => '---')), ...body, ...more(rows.length)]
}

function list(title: string, items: readonly string[]): string[] {
  if (items.length === 0) return []
  return [
    '',
    `### ${title}`,
    '',
    ...items.slice(0, SHOWN).map((item) => `- ${markdownText(item)}`),
    ...more(items.length),
  ]
}

function more(length: number): string[] {
  return length > SHOWN ? ['', `and ${length - SHOWN} more.`] : []
}
