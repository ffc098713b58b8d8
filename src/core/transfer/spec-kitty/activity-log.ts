/** Reads a package's history from its file: the Activity Log, in missions that predate the event log. */
import type { ItemChange } from '../document.js'
import { parseMoment } from '../moment.js'
import { block, nameOf, singleLine } from '../text.js'

// `- TIME – agent – shell_pid=1 – lane=doing – text`; any kind of dash, and the pid, lane or text may be missing.
const ENTRY = /^\s*[-*]\s+(\d{4}-\d\d-\d\dT\S+)\s+(?:–|—|--|-)\s+(.+)$/
const SEPARATOR = /(?<!\s)\s+(?:–|—|--)\s+/

/** Returns the entries ordered by time. An entry that names the current lane again is a note. */
export function readActivity(text: string, zone?: string): ItemChange[] {
  const entries = section(text, /^#{1,4}\s+Activity Log\s*$/i).flatMap((line) => {
    const match = ENTRY.exec(line)
    const at = parseMoment(match?.[1], zone)
    const [who = '', ...rest] = (match?.[2] ?? '').split(SEPARATOR)
    const lane = rest
      .map((part) => /^lane=(\w+)$/.exec(part.trim())?.[1])
      .find((found) => found !== undefined)
    const words = rest.filter((part) => !/^(?:lane|shell_pid|agent)=/.test(part.trim())).join(' – ')
    return match === null || at === null
      ? []
      : [{ at, by: nameOf(who) ?? null, lane: lane ?? null, text: words }]
  })
  entries.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0))
  let current = 'planned'
  return entries.flatMap(({ at, by, lane, text: words }): ItemChange[] => {
    const note = block(words).trim()
    if (lane === null || lane === current)
      return note === '' || /^Prompt (?:created|generated)/.test(note)
        ? []
        : [{ kind: 'note', id: null, at, by, text: note }]
    const from = current
    current = lane
    const reason = singleLine(note) || null
    return [
      {
        kind: 'move',
        id: null,
        at,
        by,
        from,
        to: lane,
        reason,
        force: false,
        evidence: null,
        review: null,
        actorInfo: null,
      },
    ]
  })
}

function section(text: string, heading: RegExp): string[] {
  const lines = text.split(/\r?\n/)
  const from = lines.findIndex((line) => heading.test(line))
  if (from < 0) return []
  const rest = lines.slice(from + 1)
  const end = rest.findIndex((line) => /^(?:#{1,4}\s|---\s*$)/.test(line))
  return end < 0 ? rest : rest.slice(0, end)
}
