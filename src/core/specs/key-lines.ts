/**
 * Finds the top-level keys of a YAML block and the bytes that each one occupies, without a YAML parser: kitty can then
 * replace a lane in place, and a move loads no parser.
 *
 * Text is latin1: one character is one byte, so every index is a byte offset.
 */

import { isBlank, lineAt, skipBlanks, type Line } from './lines.js'
import { lineOf, type Problem } from './value.js'
import { endOfQuote, endOfValue, unquoted } from './value-end.js'

export interface Entry {
  readonly key: string
  /** The first character of the key's line. */
  readonly start: number
  /** The first character after the key's colon. */
  readonly valueStart: number
  /** The end of the key's line, excluding the line end. */
  readonly lineEnd: number
  /** The end of the last line with content that belongs to the entry, including the line end. */
  readonly end: number
  /** True if the value continues below the key's line. */
  readonly continues: boolean
}

type Entries = { readonly ok: true; readonly entries: readonly Entry[] } | ({ readonly ok: false } & Problem)

/**
 * Reads the top-level keys of `text[from, to)`. Reports a problem if it cannot tell with certainty where an entry ends.
 */
export function readEntries(text: string, from: number, to: number): Entries {
  const entries: Entry[] = []
  let awaitsValue = false
  for (let at = from; at < to;) {
    const line = lineAt(text, at, to)
    at = line.next
    const content = skipBlanks(text, line.start, line.end)
    if (content === line.end || text[content] === '#') continue

    const { key, indent, valueStart } = structureOf(text, content, line)
    const opensEntry = content === line.start && !isInsideEntry(text, content, line.end)
    if (opensEntry && key !== undefined) {
      entries.push({
        key,
        start: line.start,
        valueStart,
        lineEnd: line.end,
        end: line.next,
        continues: false,
      })
    }
    const entry = entries.at(-1)
    if (entry === undefined || (opensEntry && key === undefined)) return cannotTell(text, line)

    // A quote or bracket opens a value only after "key:" or "- ", or on its own line below an empty value. Anywhere
    // else it is part of plain text that continues.
    const value = skipProperties(text, skipBlanks(text, valueStart, line.end), line.end)
    const structural = valueStart > content
    if (structural || awaitsValue) {
      const end = endOfValue(text, value, line, indent, to)
      if (end === undefined)
        return failed(
          text,
          line,
          `a quote or bracket is never closed after "${excerpt(text, line)}": close it, or put the value in quotes`,
        )
      at = end
    }
    awaitsValue = structural && (value === line.end || text[value] === '#')
    entries[entries.length - 1] = {
      ...entry,
      end: at,
      continues: entry.continues || !opensEntry || at > line.next,
    }
  }
  return { ok: true, entries }
}

/** What git writes around the sides of a merge that it could not settle. */
const CONFLICT_MARK = /^(?:<{7}|={7}|>{7}|\|{7})(?: |$)/

function cannotTell(text: string, line: Line): Entries {
  if (CONFLICT_MARK.test(text.slice(line.start, line.end)))
    return failed(
      text,
      line,
      'git left a conflict to settle: keep what is right, and take out the lines with <<<<<<<, ======= and >>>>>>>',
    )
  return failed(
    text,
    line,
    `its keys cannot be told apart at "${excerpt(text, line)}": write "key: value" from the first column`,
  )
}

function failed(text: string, { start }: Line, problem: string): Entries {
  return { ok: false, line: lineOf(text, start), problem }
}

/** Sequence items and closing brackets may be in the first column and still belong to the key above. */
function isInsideEntry(text: string, at: number, end: number): boolean {
  const char = text[at]
  return char === ']' || char === '}' || (char === '-' && (at + 1 === end || isBlank(text[at + 1])))
}

interface Structure {
  /** How many list items begin on the line. */
  readonly dashes: number
  readonly key: string | undefined
  /** Column of the key, or of the last dash if there is no key. Whatever belongs to it is indented deeper. */
  readonly indent: number
  /** Where a value may begin. Equals `content` if the line has neither dash nor key. */
  readonly valueStart: number
}

/** Reads the dashes and the key at the start of a line, if any. */
export function structureOf(text: string, content: number, { start, end }: Line): Structure {
  let at = content
  let dashes = 0
  let indent = content - start
  while (text[at] === '-' && (at + 1 === end || isBlank(text[at + 1]))) {
    dashes++
    indent = at - start
    at = skipBlanks(text, at + 1, end)
  }
  const colon = endOfKey(text, at, end)
  if (colon === undefined) return { dashes, key: undefined, indent, valueStart: at }
  return { dashes, key: unquoted(text.slice(at, colon).trimEnd()), indent: at - start, valueStart: colon + 1 }
}

/** Index of the colon that ends a key beginning at `at`. */
function endOfKey(text: string, at: number, end: number): number | undefined {
  const quote = text[at]
  if (quote === '"' || quote === "'") {
    const closed = endOfQuote(text, at, end)
    if (closed === undefined) return undefined
    const colon = skipBlanks(text, closed, end)
    return text[colon] === ':' && isBlankOrEnd(text, colon + 1, end) ? colon : undefined
  }
  // These indicators open something other than a plain key.
  if (quote === undefined || '#?[]{},&*!|>%@`'.includes(quote)) return undefined
  for (let colon = at; colon < end; colon++) {
    if (text[colon] === '#' && isBlank(text[colon - 1])) return undefined
    if (text[colon] === ':' && isBlankOrEnd(text, colon + 1, end)) return colon
  }
  return undefined
}

function isBlankOrEnd(text: string, at: number, end: number): boolean {
  return at >= end || isBlank(text[at])
}

function excerpt(text: string, line: Line): string {
  return Buffer.from(text.slice(line.start, Math.min(line.end, line.start + 40)), 'latin1').toString('utf8')
}

/** Skips an anchor or a tag in front of a value. */
function skipProperties(text: string, at: number, end: number): number {
  let index = at
  while (index < end && (text[index] === '&' || text[index] === '!')) {
    while (index < end && !isBlank(text[index])) index++
    index = skipBlanks(text, index, end)
  }
  return index
}
