/**
 * Checks a whole front matter before anything in it is read: a limit on its parts, and no anchors, aliases or tags. The
 * checks cover keys that kitty does not read too, since a value may swallow the lines below it.
 */
import { structureOf } from './key-lines.js'
import { lineAt, skipBlanks } from './lines.js'
import { lineOf, type Problem } from './value.js'
import { endOfQuote, endOfValue } from './value-end.js'

/** Limit on keys, list items and brackets. A typical front matter has a few dozen. */
const MARK_LIMIT = 500
/** Limit on the columns of indentation and compact dashes at the start of a line. */
const INDENT_LIMIT = 128
const BRACKET_DEPTH_LIMIT = 32

/** The first thing in `text[from, to)` that is not allowed, or undefined. Text is latin1. */
export function structureProblem(text: string, from: number, to: number): Problem | undefined {
  let marks = 0
  let awaitsValue = false
  /** Column of the key whose plain value is on a separate line, or undefined. */
  let plainUnder: number | undefined
  const at = (index: number, problem: string): Problem => ({ line: lineOf(text, index), problem })

  for (let next = from; next < to;) {
    const line = lineAt(text, next, to)
    next = line.next
    const content = skipBlanks(text, line.start, line.end)
    if (content === line.end || text[content] === '#') continue
    const { key, indent, valueStart, dashes } = structureOf(text, content, line)
    if (Math.max(indent, content - line.start) > INDENT_LIMIT)
      return at(content, `it is indented by more than ${INDENT_LIMIT} columns: nest less deeply`)
    if (plainUnder !== undefined && key !== undefined && dashes === 0 && indent > plainUnder)
      return at(content, `"${key}" is indented under a value: begin it in the same column as the key above`)
    marks += dashes + (key === undefined ? 0 : 1)

    const value = skipBlanks(text, valueStart, line.end)
    const structural = valueStart > content
    if (structural || awaitsValue) {
      const found = valueProblem(text, value, line.end, to)
      if (found.problem !== undefined) return at(found.at, found.problem)
      marks += found.marks
      next = endOfValue(text, value, line, indent, to) ?? to
      const opener = text[value] ?? ''
      plainUnder = value < line.end && !'"\'[{|>#'.includes(opener) ? indent : undefined
    }
    if (marks > MARK_LIMIT)
      return at(content, `the front matter has more than ${MARK_LIMIT} keys and list items: shorten it`)
    awaitsValue = structural && (value === line.end || text[value] === '#')
  }
  return undefined
}

interface Found {
  readonly marks: number
  readonly at: number
  readonly problem?: string
}

function valueProblem(text: string, value: number, lineEnd: number, to: number): Found {
  const char = text[value]
  const refusal = value < lineEnd ? propertyProblem(char) : undefined
  if (refusal !== undefined) return { marks: 0, at: value, problem: refusal }
  return value < lineEnd && (char === '[' || char === '{')
    ? flowProblem(text, value, to)
    : { marks: 0, at: value }
}

function flowProblem(text: string, from: number, to: number): Found {
  let depth = 0
  let marks = 0
  let opensToken = true
  for (let index = from; index < to; index++) {
    const char = text.charAt(index)
    if (' \t\r\n'.includes(char)) continue
    if (opensToken) {
      const refusal = propertyProblem(char)
      if (refusal !== undefined) return { marks, at: index, problem: refusal }
    }
    if ((char === '"' || char === "'") && opensToken) {
      index = (endOfQuote(text, index, to) ?? to) - 1
      opensToken = false
    } else if ('[{,:'.includes(char)) {
      if (char !== ':') marks++
      if (char === '[' || char === '{') depth++
      if (depth > BRACKET_DEPTH_LIMIT)
        return {
          marks,
          at: index,
          problem: `brackets are nested more than ${BRACKET_DEPTH_LIMIT} deep: nest less deeply`,
        }
      opensToken = char !== ':' || ' \t\r\n'.includes(text.charAt(index + 1))
    } else if (char === ']' || char === '}') {
      if (--depth === 0) return { marks, at: index }
      opensToken = false
    } else opensToken = false
  }
  return { marks, at: to }
}

function propertyProblem(char: string | undefined): string | undefined {
  if (char === '&' || char === '*')
    return 'anchors and aliases (&name, *name) are not read: write the value out, or put it in quotes'
  return char === '!'
    ? 'tags (!name) are not read: write the value without one, or put it in quotes'
    : undefined
}
