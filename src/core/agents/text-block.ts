/**
 * Keeps kitty's part of a text file between two markers. Everything outside of them is the user's: taking the block out
 * of a file that was not edited since gives the earlier bytes.
 */

/** How a kind of file writes comments. */
export interface Markers {
  readonly begin: string
  readonly end: string
}

export const MARKDOWN: Markers = { begin: '<!-- kitty:begin -->', end: '<!-- kitty:end -->' }
export const TOML: Markers = { begin: '# kitty:begin', end: '# kitty:end' }

/** The markers are not one pair in order, so that it is unclear what is kitty's. */
export class DamagedMarkers extends Error {}

interface Found {
  readonly before: string
  readonly block: string
  readonly after: string
}

/** Returns the text with the block, added at the end or replaced where it is. @throws DamagedMarkers */
export function withBlock(text: string | undefined, content: string, markers: Markers): string {
  const eol = text?.includes('\r\n') === true ? '\r\n' : '\n'
  const block = [markers.begin, content, markers.end].join('\n').replaceAll('\n', eol)
  if (text === undefined) return block + eol
  const found = find(text, markers)
  if (found !== undefined) return found.before + block + found.after
  // An empty file stays distinct from none: its block begins on the second line.
  return text.endsWith('\n') || text === '' ? `${text}${eol}${block}${eol}` : `${text}${eol}${eol}${block}`
}

/** Returns the text without the block; undefined if the file held nothing else. @throws DamagedMarkers */
export function withoutBlock(text: string, markers: Markers): string | undefined {
  const found = find(text, markers)
  if (found === undefined) return text
  const { before, after } = found
  if (before === '') return withoutBreak(after) === '' ? undefined : withoutBreak(after)
  if (after === '') return before.replace(/\r?\n\r?\n$/, '')
  return before.replace(/\r?\n$/, '') + withoutBreak(after)
}

function withoutBreak(text: string): string {
  return text.replace(/^\r?\n/, '')
}

function find(text: string, { begin, end }: Markers): Found | undefined {
  const begins = placesOf(text, begin)
  const ends = placesOf(text, end)
  const [from, to] = [begins[0], ends[0]]
  if (from === undefined && to === undefined) return undefined
  if (from === undefined || to === undefined || begins.length > 1 || ends.length > 1 || to < from)
    throw new DamagedMarkers(
      `${begin} is in it ${times(begins.length)} and ${end} ${times(ends.length)}, not once each and in this order`,
    )
  const after = to + end.length
  return { before: text.slice(0, from), block: text.slice(from, after), after: text.slice(after) }
}

/** A marker counts at the beginning of a line only: a sentence may quote it. */
function placesOf(text: string, marker: string): number[] {
  const places: number[] = []
  for (let at = text.indexOf(marker); at >= 0; at = text.indexOf(marker, at + 1))
    if (
      (at === 0 || text[at - 1] === '\n') &&
      /^\r?(\n|$)/.test(text.slice(at + marker.length, at + marker.length + 2))
    )
      places.push(at)
  return places
}

function times(count: number): string {
  return count === 1 ? 'once' : `${count} times`
}
