/**
 * Reads the values that nearly every file has without a YAML parser: a word or text on the key's line, and flat lists
 * of those in either style. A board of thousands of packages then needs no parser.
 *
 * Text is latin1, as in key-lines.ts.
 */
import type { Entry } from './key-lines.js'
import { lineAt, skipBlanks } from './lines.js'
import { lineOf, type Value } from './value.js'
import { endOfQuote, unquoted } from './value-end.js'

/** The entry's value, or undefined if only a YAML parser can tell what it is. */
export function simpleValue(text: string, entry: Entry): Value | undefined {
  const { valueStart, lineEnd, end, continues } = entry
  const start = skipBlanks(text, valueStart, lineEnd)
  if (start === lineEnd || (text[start] === '#' && start > valueStart))
    return continues ? blockList(text, lineEnd, end) : { kind: 'none', line: lineOf(text, entry.start) }
  if (text[start] === '[') return flowList(text, start, end)
  return continues ? undefined : lineScalar(text, start, lineEnd)
}

/** Reads a list with one item per line, all in the same column: `- T001`. */
function blockList(text: string, from: number, to: number): Value | undefined {
  const items: Value[] = []
  let column: number | undefined
  for (let at = lineAt(text, from, to).next; at < to;) {
    const line = lineAt(text, at, to)
    at = line.next
    const content = skipBlanks(text, line.start, line.end)
    if (content === line.end || text[content] === '#') continue
    column ??= content - line.start
    const start = skipBlanks(text, content + 1, line.end)
    const isItem = text[content] === '-' && start > content + 1 && start < line.end
    const item = isItem && content - line.start === column ? lineScalar(text, start, line.end) : undefined
    if (item === undefined) return undefined
    items.push(item)
  }
  return { kind: 'list', line: items[0]?.line ?? lineOf(text, from), items }
}

/** Reads a list in brackets that contains no list or mapping. It may span lines. */
function flowList(text: string, from: number, to: number): Value | undefined {
  const items: Value[] = []
  for (let at = skipSpace(text, from + 1, to); at < to;) {
    if (text[at] === ']') {
      const isLast = lineAt(text, at, to).next === to && isBlankFrom(text, at + 1, lineAt(text, at, to).end)
      return isLast ? { kind: 'list', line: lineOf(text, from), items } : undefined
    }
    const end = endOfFlowScalar(text, at, to)
    const item = end === undefined ? undefined : lineScalar(text, at, end)
    if (end === undefined || item === undefined) return undefined
    items.push(item)
    at = skipSpace(text, end, to)
    if (text[at] === ',') at = skipSpace(text, at + 1, to)
    else if (text[at] !== ']') return undefined
  }
  return undefined
}

function endOfFlowScalar(text: string, at: number, to: number): number | undefined {
  const line = lineAt(text, at, to)
  if (text[at] === '"' || text[at] === "'") return endOfQuote(text, at, line.end)
  let end = at
  while (end < line.end && !'[]{},'.includes(text.charAt(end))) end++
  return end === at || text.slice(at, end).includes('#') ? undefined : end
}

/** The single scalar in [start, end). A comment may follow it. */
function lineScalar(text: string, start: number, end: number): Value | undefined {
  const line = lineOf(text, start)
  if (text[start] === '"' || text[start] === "'") {
    const close = endOfQuote(text, start, end)
    if (close === undefined || !isBlankFrom(text, close, end)) return undefined
    const written = text.slice(start, close)
    // Only a parser handles other escapes.
    if (written.startsWith('"') && /\\[^"\\/]/.test(written)) return undefined
    return { kind: 'scalar', line, text: utf8(unquoted(written)) }
  }
  const written = plainText(text, start, end)
  if (written === undefined) return undefined
  return NULLS.has(written) ? { kind: 'none', line } : { kind: 'scalar', line, text: utf8(written) }
}

const NULLS = new Set(['~', 'null', 'Null', 'NULL'])
const INDICATORS = '[]{},#&*!|>@%`'

/** Undefined if YAML sees something other than plain text, such as a mapping. */
function plainText(text: string, start: number, end: number): string | undefined {
  const isAlone = start + 1 >= end || ' \t'.includes(text.charAt(start + 1))
  if (INDICATORS.includes(text.charAt(start)) || ('-?:'.includes(text.charAt(start)) && isAlone))
    return undefined
  for (let at = start; at < end; at++) {
    if (text[at] === '#' && ' \t'.includes(text.charAt(at - 1))) return text.slice(start, at).trimEnd()
    if (text[at] === ':' && (at + 1 >= end || ' \t'.includes(text.charAt(at + 1)))) return undefined
  }
  return text.slice(start, end).trimEnd()
}

/** True if [at, end) holds only blanks and a comment. */
function isBlankFrom(text: string, at: number, end: number): boolean {
  const next = skipBlanks(text, at, end)
  return next === end || (text[next] === '#' && next > at)
}

function skipSpace(text: string, at: number, to: number): number {
  let index = at
  while (index < to && ' \t\r\n'.includes(text.charAt(index))) index++
  return index
}

function utf8(latin1: string): string {
  return Buffer.from(latin1, 'latin1').toString('utf8')
}
