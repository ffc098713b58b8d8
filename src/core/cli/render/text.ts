/** Measures text as a terminal draws it: East Asian characters and emoji take two columns, combining accents none. */

/** Characters drawn as one, by their place in the text. */
interface Cluster {
  readonly start: number
  readonly end: number
  readonly width: number
}

// In functions, because compiling these expressions is slow and Latin text needs none of them.
const isCombining = (char: string): boolean => /^[\p{M}\p{Cf}\u1160-\u11ff\u{1f3fb}-\u{1f3ff}]$/u.test(char)
const isEmoji = (char: string): boolean => /^\p{Emoji_Presentation}$/u.test(char)
const isPicture = (char: string): boolean => /^\p{Extended_Pictographic}$/u.test(char)
const isRegion = (char: string): boolean => /^\p{Regional_Indicator}$/u.test(char)

/** The number of columns the text takes. Strip control characters first (stripControl). */
export function displayWidth(text: string): number {
  if (isNarrow(text)) return text.length
  let width = 0
  for (const cluster of clusters(text)) width += cluster.width
  return width
}

/** Cuts the text to at most `width` columns; `ellipsis` replaces what did not fit. */
export function truncate(text: string, width: number, ellipsis = '…'): string {
  if (fits(text, 0, width)) return text
  const room = width - displayWidth(ellipsis)
  return room < 0 ? '' : text.slice(0, cut(text, 0, room)).trimEnd() + ellipsis
}

/** The text's characters as they are drawn, each with its accents. */
export function characters(text: string): string[] {
  return Array.from(clusters(text), ({ start, end }) => text.slice(start, end))
}

/** Pads the text with spaces to `width` columns; longer text is returned unchanged. */
export function pad(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - displayWidth(text)))
}

/**
 * Wraps the text into at most `maxLines` lines of at most `width` columns, between words where possible. A package's file
 * may be one line of any length, so each line looks no further than it reaches.
 */
export function wrap(text: string, width: number, maxLines = Infinity, ellipsis = '…'): string[] {
  const whole = text.trim()
  const lines: string[] = []
  let from = 0
  while (from < whole.length && lines.length < maxLines - 1 && !fits(whole, from, width)) {
    const end = lineEnd(whole, from, width)
    if (end === from) break
    lines.push(whole.slice(from, end).trimEnd())
    from = nextIndex(whole, /\S/g, end)
  }
  if (from < whole.length) lines.push(truncate(whole.slice(from), width, ellipsis))
  return lines
}

/** Where the longest beginning ends that fits and ends at a space; splits a word only if it is wider than a line. */
function lineEnd(text: string, from: number, width: number): number {
  const end = cut(text, from, width)
  if (text[end] === ' ') return end
  const line = text.slice(from, end)
  const word = from + line.lastIndexOf(' ') + 1
  if (word <= from + 1) return end
  return fits(text.slice(word, nextIndex(text, /\s/g, word)), 0, width) ? word : end
}

/** Whether the text from there on takes at most `width` columns. Measures only as far as that. */
function fits(text: string, from: number, width: number): boolean {
  return cut(text, from, width) === text.length
}

/** Where the longest part that begins at `from` and takes at most `width` columns ends. */
function cut(text: string, from: number, width: number): number {
  const room = Math.max(0, width)
  // With the character after it, which could be an accent.
  if (isNarrow(text.slice(from, from + room + 1))) return Math.min(text.length, from + room)
  let end = from
  let left = room
  for (const cluster of clusters(text, from)) {
    left -= cluster.width
    if (left < 0) break
    end = cluster.end
  }
  return end
}

/** The first place from `from` on where the pattern, which is global, matches; otherwise the text's end. */
function nextIndex(text: string, pattern: RegExp, from: number): number {
  pattern.lastIndex = from
  return pattern.exec(text)?.index ?? text.length
}

/** Characters drawn as one: a letter with its accents, a flag, a family joined by zero-width joiners. */
function* clusters(text: string, from = 0): Generator<Cluster> {
  let start = from
  let width = 0
  let joined = false
  let flag = false
  for (let at = from; at < text.length;) {
    const char = charAt(text, at)
    const region = isRegion(char)
    if (at > start && (joined || isCombining(char) || (region && flag))) {
      // The emoji variant of a narrow character.
      if (char === '\ufe0f' && isPicture(charAt(text, start))) width = 2
      joined = char === '\u200d' && isPicture(charAt(text, start))
      flag = false
    } else {
      if (at > start) yield { start, end: at, width }
      start = at
      width = region ? 2 : widthOf(char)
      joined = false
      flag = region
    }
    at += char.length
  }
  if (start < text.length) yield { start, end: text.length, width }
}

function charAt(text: string, at: number): string {
  return String.fromCodePoint(text.codePointAt(at) ?? 0)
}

function widthOf(char: string): number {
  if (char < '\u0300') return 1
  if (isCombining(char)) return 0
  const code = char.codePointAt(0) ?? 0
  return isEmoji(char) || WIDE.some(([from, to]) => code >= from && code <= to) ? 2 : 1
}

/** Unicode's East_Asian_Width W and F, in blocks; emoji have their own property. */
const WIDE: readonly (readonly [from: number, to: number])[] = [
  [0x1100, 0x115f],
  [0x2e80, 0x303e],
  [0x3041, 0x33ff],
  [0x3400, 0x4dbf],
  [0x4e00, 0x9fff],
  [0xa000, 0xa4cf],
  [0xa960, 0xa97f],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe10, 0xfe19],
  [0xfe30, 0xfe6f],
  [0xff00, 0xff60],
  [0xffe0, 0xffe6],
  [0x16fe0, 0x18cff],
  [0x1aff0, 0x1b2ff],
  [0x20000, 0x3fffd],
]

/** True for Latin text, in which every character takes one column; avoids compiling the expressions above. */
function isNarrow(text: string): boolean {
  return /^[ -~\u00a0-\u00ac\u00ae-\u02ff]*$/.test(text)
}
