/** Text measured as a terminal draws it: East Asian characters and emoji take two columns, accents none. */

interface Cluster {
  readonly text: string
  readonly width: number
}

// In functions: to make one of these expressions takes half a millisecond, and Latin text needs none.
const isCombining = (char: string): boolean => /^[\p{M}\p{Cf}\u1160-\u11ff\u{1f3fb}-\u{1f3ff}]$/u.test(char)
const isEmoji = (char: string): boolean => /^\p{Emoji_Presentation}$/u.test(char)
const isPicture = (char: string): boolean => /^\p{Extended_Pictographic}$/u.test(char)
const isRegion = (char: string): boolean => /^\p{Regional_Indicator}$/u.test(char)

/** Columns the text takes. Control characters must be gone by now (stripControl). */
export function displayWidth(text: string): number {
  if (isNarrow(text)) return text.length
  let width = 0
  for (const cluster of clusters(text)) width += cluster.width
  return width
}

/** The text in at most `width` columns, the end replaced by `ellipsis` where it did not fit. */
export function truncate(text: string, width: number, ellipsis = '…'): string {
  if (displayWidth(text) <= width) return text
  if (width < displayWidth(ellipsis)) return ''
  return cut(text, width - displayWidth(ellipsis)).trimEnd() + ellipsis
}

/** The text with spaces after it up to `width` columns; longer text as it is. */
export function pad(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - displayWidth(text)))
}

/** The text on at most `maxLines` lines of at most `width` columns, broken between words where it can be. */
export function wrap(text: string, width: number, maxLines = Infinity, ellipsis = '…'): string[] {
  const lines: string[] = []
  let rest = text.trim()
  while (rest !== '' && lines.length < maxLines - 1 && displayWidth(rest) > width) {
    const line = lineOf(rest, width)
    if (line === '') break
    lines.push(line.trimEnd())
    rest = rest.slice(line.length).trimStart()
  }
  if (rest !== '') lines.push(truncate(rest, width, ellipsis))
  return lines
}

/** As much of the beginning as fits, up to a space; a word is cut in two only where it is wider than a line. */
function lineOf(text: string, width: number): string {
  const fitting = cut(text, width)
  if (text[fitting.length] === ' ') return fitting
  const space = fitting.lastIndexOf(' ')
  const word = /^\S*/.exec(text.slice(space + 1))?.[0] ?? ''
  return space > 0 && displayWidth(word) <= width ? fitting.slice(0, space + 1) : fitting
}

function cut(text: string, width: number): string {
  if (isNarrow(text)) return text.slice(0, width)
  let taken = ''
  let left = width
  for (const cluster of clusters(text)) {
    left -= cluster.width
    if (left < 0) break
    taken += cluster.text
  }
  return taken
}

/** What is drawn as one: a character with its accents, a flag, a family joined by zero-width joiners. */
function* clusters(text: string): Generator<Cluster> {
  let current = ''
  let width = 0
  let joined = false
  let flag = false
  for (const char of text) {
    const region = isRegion(char)
    if (current !== '' && (joined || isCombining(char) || (region && flag))) {
      current += char
      // The emoji variant of a character that is narrow by itself.
      if (char === '\ufe0f' && isPicture(firstOf(current))) width = 2
      joined = char === '\u200d' && isPicture(firstOf(current))
      flag = false
      continue
    }
    if (current !== '') yield { text: current, width }
    current = char
    width = region ? 2 : widthOf(char)
    joined = false
    flag = region
  }
  if (current !== '') yield { text: current, width }
}

function firstOf(cluster: string): string {
  return String.fromCodePoint(cluster.codePointAt(0) ?? 0)
}

function widthOf(char: string): number {
  if (char < '\u0300') return 1
  if (isCombining(char)) return 0
  const code = char.codePointAt(0) ?? 0
  return isEmoji(char) || WIDE.some(([from, to]) => code >= from && code <= to) ? 2 : 1
}

/** Unicode's East_Asian_Width W and F, in blocks; emoji come from their own property. */
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

/** True for Latin text, of which every character is one column: the expressions above take milliseconds to be made. */
function isNarrow(text: string): boolean {
  return /^[ -~\u00a0-\u00ac\u00ae-\u02ff]*$/.test(text)
}
