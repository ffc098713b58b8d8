/** An issue's `timeline`, as `gh api repos/OWNER/REPO/issues/N/timeline` returns it. */
import type { ItemChange } from '../document.js'
import { idAt, isJson, type Json, listAt, objectAt, textAt } from '../json.js'
import { parseMoment } from '../moment.js'
import { nameOf, singleLine } from '../text.js'
import { noteOf } from './comments.js'

/** @param exporter as in {@link noteOf} */
export function readTimeline(json: Json, exporter: string | null): ItemChange[] {
  let status = 'open'
  const events = listAt(json, 'timeline')
    .filter(isJson)
    .map((event) => ({
      event,
      at: parseMoment(event['created_at']),
    }))
  events.sort((a, b) => ((a.at ?? '') < (b.at ?? '') ? -1 : (a.at ?? '') > (b.at ?? '') ? 1 : 0))
  return events.flatMap(({ event, at }): ItemChange[] => {
    const person = objectAt(event, 'actor') ?? objectAt(event, 'user')
    const base = { id: idAt(event, 'id'), at, by: nameOf(textAt(person ?? {}, 'login') ?? '') ?? null }
    switch (textAt(event, 'event')) {
      case 'closed':
      case 'reopened': {
        const from = status
        status = event['event'] === 'reopened' ? 'open' : closedAs(event)
        const move = { from, to: status, force: false, evidence: null, review: null, actorInfo: null }
        return [{ ...base, kind: 'move', ...move, reason: null }]
      }
      case 'assigned':
      case 'unassigned': {
        const assignee = nameOf(textAt(objectAt(event, 'assignee') ?? {}, 'login') ?? '') ?? null
        return [
          {
            ...base,
            kind: 'assign',
            assignee: event['event'] === 'assigned' ? assignee : null,
            actorInfo: null,
          },
        ]
      }
      case 'commented':
        return noteOf(event, exporter)
      case 'renamed': {
        const names = objectAt(event, 'rename') ?? {}
        const [from, to] = [textAt(names, 'from') ?? '', textAt(names, 'to') ?? '']
        return [{ ...base, kind: 'note', text: `Renamed from ${singleLine(from)} to ${singleLine(to)}` }]
      }
      case 'cross-referenced': {
        const issue = objectAt(objectAt(event, 'source') ?? {}, 'issue')
        const ref = issue === null ? null : textAt(issue, 'html_url')
        return ref === null
          ? []
          : [{ ...base, kind: 'link', link: 'tracker', ref, title: textAt(issue ?? {}, 'title') }]
      }
      default:
        return []
    }
  })
}

function closedAs(event: Json): string {
  const reason = textAt(event, 'state_reason')
  return reason === 'not_planned' || reason === 'duplicate' ? reason : 'closed'
}
