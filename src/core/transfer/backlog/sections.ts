/** The parts of a Backlog.md task: sections between markers, or under headings as its earlier versions wrote them. */
import type { TextLine } from '../text.js'

export interface ChecklistEntry {
  readonly text: string
  readonly done: boolean
}

export interface BacklogComment {
  readonly author: string | null
  readonly created: string | null
  readonly text: string
}

interface Section {
  readonly heading: string
  readonly text: string
}

const HEADING = '## '
/** Titles that begin a section; any other second-level heading belongs to the text above it. */
const TITLES: ReadonlyMap<string, string> = new Map(
  [
    ['Description'],
    ['Acceptance Criteria', 'Acceptance Criteria (Optional)'],
    ['Definition of Done'],
    ['Implementation Plan', 'Implementation Plan (Optional)'],
    ['Implementation Notes', 'Implementation Notes (Optional)', 'Notes', 'Notes & Comments (Optional)'],
    ['Comments'],
    ['Final Summary'],
  ].flatMap((names) => names.map((name) => [name.toLowerCase(), names[0] ?? name] as const)),
)
const MARKER = /^<!-- (?:SECTION:[A-Z_]+|AC|DOD|COMMENTS?):(BEGIN|END) -->\s*$/

/** A marker, or a line that stands for one: see {@link withoutMarkers}. */
const MARKER_LIKE = /^<!-- (?:- )*(?:SECTION:[A-Z_]+|AC|DOD|COMMENTS?):(?:BEGIN|END) -->\s*$/
const DASHES = /^\s*\\*---\s*$/

/**
 * A text without lines that are markers: such a line would end the text's section there, and what follows would be read
 * as something else. {@link withMarkers} gives the text back.
 */
export function withoutMarkers(text: string): string {
  return byLine(text, (line) => (MARKER_LIKE.test(line) ? line.replace('<!-- ', '<!-- - ') : line))
}

function withMarkers(text: string): string {
  return byLine(text, (line) => (MARKER_LIKE.test(line) ? line.replace('<!-- - ', '<!-- ') : line))
}

/** A comment's text without lines of dashes, which would end the comment and let its text write another one. */
export function withoutDashes(text: string): string {
  return byLine(text, (line) => (DASHES.test(line) ? line.replace('---', '\\---') : line))
}

function withDashes(text: string): string {
  return byLine(text, (line) => (DASHES.test(line) ? line.replace('\\---', '---') : line))
}

function byLine(text: string, change: (line: string) => string): string {
  return text.split('\n').map(change).join('\n')
}

/** Text above the first section gets the heading ''. A heading between markers counts as text. */
export function readSections(body: string): Section[] {
  const sections: { heading: string; lines: string[] }[] = [{ heading: '', lines: [] }]
  let fence: string | undefined
  let marked = 0
  for (const line of body.replaceAll('\r\n', '\n').split('\n')) {
    const opening = /^\s{0,3}(`{3,}|~{3,})/.exec(line)?.[1]
    if (opening !== undefined)
      fence = fence === undefined ? opening : line.trim() === fence ? undefined : fence
    // Between markers, Backlog.md looks for the next one only, and a text may leave a fence open.
    const marker = fence === undefined || marked > 0 ? MARKER.exec(line)?.[1] : undefined
    if (marker !== undefined) marked = Math.max(0, marked + (marker === 'BEGIN' ? 1 : -1))
    if (marker !== undefined) fence = undefined
    const title =
      fence === undefined && marked === 0
        ? TITLES.get(line.startsWith(HEADING) ? line.slice(HEADING.length).trimEnd().toLowerCase() : '')
        : undefined
    if (title !== undefined) sections.push({ heading: title, lines: [] })
    else if (marker === undefined) sections.at(-1)?.lines.push(line)
  }
  return sections
    .map(({ heading, lines }) => ({ heading, text: withMarkers(lines.join('\n')).trim() }))
    .filter(({ text }) => text !== '')
}

/** Reads lines such as `- [x] #1 text`; a line without a box is not an entry. */
export function readChecklist(text: string): ChecklistEntry[] {
  return text.split('\n').flatMap((line) => {
    const match = /^[-*+] \[([ xX])\]\s+(?:#\d+\s+)?(\S.*)$/.exec(line.trim())
    return match?.[2] === undefined ? [] : [{ text: match[2], done: match[1] !== ' ' }]
  })
}

/** Reads `author:` and `created:` lines, `---`, the text, `---`. */
export function readComments(text: string): BacklogComment[] {
  const comments: BacklogComment[] = []
  const lines = text.split('\n')
  for (let at = 0; at < lines.length; at += 1) {
    const head: TextLine[] = []
    for (; at < lines.length && lines[at]?.trim() !== '---'; at += 1)
      head.push({ line: at, text: lines[at] ?? '' })
    const from = at + 1
    for (at = from; at < lines.length && lines[at]?.trim() !== '---'; at += 1);
    const key = (name: string): string | null =>
      head
        .map(({ text: line }) => new RegExp(`^${name}:\\s*(\\S.*)$`).exec(line.trim())?.[1])
        .find((found) => found) ?? null
    const body = withDashes(lines.slice(from, at).join('\n')).trim()
    if (body !== '') comments.push({ author: key('author'), created: key('created'), text: body })
  }
  return comments
}
