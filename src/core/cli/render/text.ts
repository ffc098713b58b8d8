/** Measures text as a terminal draws it: East Asian characters and emoji take two columns, combining accents none. */

interface Cluster {
  readonly text: string
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
  if (displayWidth(text) <= width) return text
  if (width < displayWidth(ellipsis)) return ''
  return cut(text, width - displayWidth(ellipsis)).trimEnd() + ellipsis
}

/** The text's characters as they are drawn, each with its accents. */
export function characters(text: string): string[] {
  return Array.from(clusters(text), (cluster) => cluster.text)
}

/** Pads the text with spaces to `width` columns; longer text is returned unchanged. */
export function pad(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - displayWidth(text)))
}

/** Wraps the text into at most `maxLines` lines of at most `width` columns, between words where possible. */
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

/** The longest beginning that fits and ends at a space; splits a word only if it is wider than a line. */
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

/** Characters drawn as one: a letter with its accents, a flag, a family joined by zero-width joiners. */
function* clusters(text: string): Generator<Cluster> {
  let current = ''
  let width = 0
  let joined = false
  let flag = false
  for (const char of text) {
    const region = isRegion(char)
    if (current !== '' && (joined || isCombining(char) || (region && flag))) {
      current += char
      // The emoji variant of a narrow character.
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
