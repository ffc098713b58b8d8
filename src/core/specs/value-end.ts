/** Finds the end of YAML values that span lines: quoted text, bracketed lists and block scalars. */
import { isBlank, lineAt, skipBlanks, type Line } from './lines.js'

/** The start of the next line to read after a value that may span lines. Undefined if the value never ends. */
export function endOfValue(
  text: string,
  value: number,
  line: Line,
  indent: number,
  to: number,
): number | undefined {
  const char = text[value]
  if (value >= line.end || char === undefined) return line.next
  if (char === '|' || char === '>') return endOfBlockScalar(text, line.next, indent, to)
  const closed =
    char === '"' || char === "'"
      ? endOfQuote(text, value, to)
      : char === '[' || char === '{'
        ? endOfFlow(text, value, to)
        : line.next
  return closed === undefined
    ? undefined
    : closed <= line.next
      ? line.next
      : lineAt(text, closed - 1, to).next
}

/** The index after a quoted text or a list in brackets that begins at `value`. Undefined for other and unclosed values. */
export function endOfClosed(text: string, value: number, to: number): number | undefined {
  const char = text[value]
  if (char === '"' || char === "'") return endOfQuote(text, value, to)
  return char === '[' ? endOfFlow(text, value, to) : undefined
}

function endOfBlockScalar(text: string, from: number, indent: number, to: number): number {
  let end = from
  for (let at = from; at < to;) {
    const line = lineAt(text, at, to)
    const content = skipBlanks(text, line.start, line.end)
    if (content !== line.end) {
      if (content - line.start <= indent) return end
      end = line.next
    }
    at = line.next
  }
  return end
}

/** The index after the quote that closes the one at `at`. */
export function endOfQuote(text: string, at: number, to: number): number | undefined {
  const quote = text[at]
  for (let index = at + 1; index < to; index++) {
    if (quote === '"' && text[index] === '\\') index++
    else if (text[index] === quote) {
      if (quote === '"' || text[index + 1] !== "'") return index + 1
      index++
    }
  }
  return undefined
}

function endOfFlow(text: string, at: number, to: number): number | undefined {
  let depth = 0
  for (let index = at; index < to; index++) {
    const char = text[index]
    const opensToken = isBlank(text[index - 1]) || '[{,:\n'.includes(text[index - 1] ?? '')
    if ((char === '"' || char === "'") && opensToken) {
      const closed = endOfQuote(text, index, to)
      if (closed === undefined) return undefined
      index = closed - 1
    } else if (char === '#' && opensToken) {
      const newline = text.indexOf('\n', index)
      if (newline === -1) return undefined
      index = newline
    } else if (char === '[' || char === '{') depth++
    else if ((char === ']' || char === '}') && --depth === 0) return index + 1
  }
  return undefined
}

/** A quoted scalar without its quotes and escapes. Anything else is returned as it is. */
export function unquoted(scalar: string): string {
  if (scalar.length >= 2 && scalar.startsWith("'") && scalar.endsWith("'"))
    return scalar.slice(1, -1).replaceAll("''", "'")
  if (scalar.length >= 2 && scalar.startsWith('"') && scalar.endsWith('"')) {
    return scalar.slice(1, -1).replaceAll(/\\(["\\/])/g, '$1')
  }
  return scalar
}
