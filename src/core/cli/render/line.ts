/** Lines made of spans: measured and cut as plain text and colored last, so that color never affects a width. */
import { unbroken } from '../../errors/invisible.js'
import { paint, symbolsOf, type Style, type Tone } from '../style.js'
import { displayWidth, truncate } from './text.js'

export interface Span {
  readonly text: string
  readonly tone?: Tone
  /** Ends in a command or a path to paste: a printed line with it is not cut, and the terminal wraps it. */
  readonly whole?: true
}

export type Line = readonly Span[]

/** Makes a span, which stays within its line; without a tone it has the terminal's default color. */
export function span(text: string, tone?: Tone): Span {
  const line = unbroken(text)
  return tone === undefined ? { text: line } : { text: line, tone }
}

/** Makes a span that a printed line keeps whole. */
export function wholeSpan(text: string, tone?: Tone): Span {
  return { ...span(text, tone), whole: true }
}

export function lineWidth(line: Line): number {
  return line.reduce((width, { text }) => width + displayWidth(text), 0)
}

/** The width of the widest line, 0 without any. A list may be longer than the arguments of one call. */
export function widest(lines: readonly Line[]): number {
  return lines.reduce((most, line) => Math.max(most, lineWidth(line)), 0)
}

/** Cuts the line to at most `width` columns. */
export function fit(line: Line, width: number, style: Style): Line {
  if (lineWidth(line) <= width) return line
  const fitted: Span[] = []
  let left = width
  for (const [at, one] of line.entries()) {
    const rest = lineWidth(line.slice(at + 1))
    const own = displayWidth(one.text)
    // The last span with any room takes the ellipsis, even if it would have fit.
    const text =
      own + Math.min(rest, 1) <= left
        ? one.text
        : truncate(one.text + (rest > 0 ? ' ' : ''), left, symbolsOf(style).ellipsis)
    fitted.push({ ...one, text })
    left -= displayWidth(text)
    if (text !== one.text) break
  }
  return fitted
}

/** Cuts or pads the line to exactly `width` columns. */
export function fill(line: Line, width: number, style: Style): Line {
  const fitted = fit(line, width, style)
  return [...fitted, span(' '.repeat(width - lineWidth(fitted)))]
}

/** Left-aligns one part and right-aligns the other, at least two spaces apart. */
export function spread(left: Line, right: Line, width: number, style: Style): Line {
  const room = Math.max(0, width - lineWidth(right) - 2)
  return [...fill(left, room, style), span('  '), ...right]
}

/** The lines as text, cut to the style's width unless they must stay whole, without trailing spaces. */
export function ink(lines: readonly Line[], style: Style): string {
  return lines
    .map((line) => (line.some(({ whole }) => whole === true) ? line : fit(line, style.width, style)))
    .map((line) => inkLine(line, style))
    .join('\n')
}

function inkLine(line: Line, style: Style): string {
  const spans = [...line]
  while (spans.at(-1)?.text.trim() === '') spans.pop()
  const last = spans.pop()
  if (last !== undefined) spans.push({ ...last, text: last.text.trimEnd() })
  return spans.map(({ text, tone }) => paint(text, tone, style)).join('')
}

/** The part of the lines that begins at `top`, or as close to it as fills the rows. */
export function scrolled(
  lines: readonly Line[],
  top: number,
  rows: number,
): { lines: readonly Line[]; top: number } {
  const first = Math.max(0, Math.min(top, lines.length - rows))
  return { lines: lines.slice(first, first + rows), top: first }
}

/** The parts that have lines, with an empty line between them. */
export function paragraphs(parts: readonly (readonly Line[])[]): Line[] {
  return parts
    .filter((part) => part.length > 0)
    .flatMap((part, at): Line[] => (at === 0 ? [...part] : [[], ...part]))
}
