import { createHash } from 'node:crypto'
import { replaceHidden } from '../errors/invisible.js'
import type { Loss, SourceFile, SourceProblem } from './document.js'

const NAME_LENGTH = 200
// Half a surrogate pair is not text: JSON may hold one, UTF-8 cannot.
const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g

/** A text without control and invisible characters, but for tabs and line ends. */
export function visible(text: string): string {
  return replaceHidden(text.replace(LONE_SURROGATE, '\ufffd'), () => '')
}

/** Orders by UTF-16 code units, as every list that must be the same on all machines does. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** Reduces text to one line without control and invisible characters. */
export function singleLine(text: string): string {
  return visible(text.replaceAll(/\s+/g, ' ')).trim()
}

/** Cleans multi-line text: Unix line ends, no control and invisible characters except tab and newline. */
export function block(text: string): string {
  return visible(text.replaceAll(/\r\n?/g, '\n'))
}

/**
 * Turns text into a name that the log accepts: one line of 1 to 200 characters. A longer one keeps its beginning and
 * ends in a hash, so that two long names stay distinct. Undefined if nothing is left.
 */
export function nameOf(text: string): string | undefined {
  const line = singleLine(text)
  if (line === '') return undefined
  if (line.length <= NAME_LENGTH) return line
  return `${singleLine(line.slice(0, NAME_LENGTH - 10))}~${createHash('sha256').update(line).digest('hex').slice(0, 9)}`
}

export interface TextLine {
  /** 1-based. */
  readonly line: number
  readonly text: string
}

/**
 * Reads a file as text and reports what is wrong with its bytes. Accepts a byte order mark and Windows line ends.
 * Replaces bytes that are not UTF-8, and names the line. `isText` is false if the file has another encoding.
 */
export function readText(file: SourceFile): {
  readonly text: string
  readonly isText: boolean
  readonly problems: readonly SourceProblem[]
} {
  const { path, bytes } = file
  const message = encodingProblem(bytes)
  if (message !== undefined)
    return { text: '', isText: false, problems: [{ file: path, line: null, message }] }
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes), isText: true, problems: [] }
  } catch {
    // A fatal decoder fails only for this reason.
    const text = new TextDecoder('utf-8').decode(bytes)
    const line = text.slice(0, text.indexOf('\ufffd')).split('\n').length
    return {
      text,
      isText: true,
      problems: [{ file: path, line, message: 'holds bytes that are not UTF-8; they were replaced' }],
    }
  }
}

/** The text of a file; undefined when it is not text. Adds what is wrong with its bytes to `problems`. */
export function textOf(file: SourceFile, problems: SourceProblem[]): string | undefined {
  const { text, isText, problems: faults } = readText(file)
  problems.push(...faults)
  return isText ? text : undefined
}

/** How many bytes tell a file's encoding, and which part of their pairs a text in UTF-16 has at least with a zero. */
const [TELLING_BYTES, TELLING_PART] = [4_096, 1 / 16]

/** Says which encoding a file has if kitty does not read it, and what to do. */
export function encodingProblem(bytes: Uint8Array): string | undefined {
  const [first, second, third, fourth] = bytes
  const isMarked = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)
  if (isMarked && third === 0 && fourth === 0) return 'is UTF-32: save it as UTF-8'
  if (isMarked) return 'is UTF-16: save it as UTF-8'
  // Line ends, digits and quotes have a zero byte there, in texts of any language.
  const zeros = [0, 0]
  const length = Math.min(bytes.length, TELLING_BYTES)
  for (let at = 0; at < length; at += 1) if (bytes[at] === 0) zeros[at % 2] = (zeros[at % 2] ?? 0) + 1
  const [even = 0, odd = 0] = zeros
  if (Math.max(even, odd) < (length / 2) * TELLING_PART || even + odd === 0) return undefined
  return Math.min(even, odd) * 4 < Math.max(even, odd)
    ? 'is UTF-16 without a byte order mark: save it as UTF-8'
    : 'holds zero bytes, as UTF-32 and binary files do: save it as UTF-8 text'
}

/** Returns the lines that are not blank. */
export function linesOf(text: string): TextLine[] {
  return text
    .split('\n')
    .map((raw, index) => ({ line: index + 1, text: raw.endsWith('\r') ? raw.slice(0, -1) : raw }))
    .filter(({ text: line }) => line.trim() !== '')
}

/** Counts source data that has no register, by name. */
export class LossCount {
  readonly #counts = new Map<string, Loss>()

  add(what: string, where: Loss['where'], count = 1): void {
    const known = this.#counts.get(`${where} ${what}`)?.count ?? 0
    this.#counts.set(`${where} ${what}`, { what, where, count: known + count })
  }

  get losses(): Loss[] {
    return [...this.#counts.values()]
  }
}

/** Adds Markdown sections under a description, leaving out sections without text. */
export function bodyOf(
  description: string | null,
  sections: readonly (readonly [heading: string, text: string | null])[],
): string {
  const parts = [
    description ?? '',
    ...sections.map(([heading, text]) => (text ? `## ${heading}\n\n${text}` : '')),
  ]
  return parts
    .map((part) => block(part).trim())
    .filter((part) => part !== '')
    .join('\n\n')
}

/** Turns a title's words into part of a file name: lowercase ASCII letters, digits and dashes; never empty. */
export function fileWords(title: string): string {
  const words = title
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, 60)
    .replaceAll(/^-+|(?<!-)-+$/g, '')
  return words === '' ? 'work-package' : words
}

/**
 * Escapes text to one line that Markdown shows literally: no markup, no HTML, no mention that notifies a person. The
 * zero-width space behind `@` is spelled out, since kitty prints no invisible character.
 */
export function markdownText(text: string): string {
  return singleLine(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll(/[\\`*_{}[\]|#~!]/g, (char) => `\\${char}`)
    .replaceAll('@', '@&#8203;')
}

const FRONT_MATTER = /^\ufeff?---[ \t]*\r?\n[\s\S]*?\r?\n(?:---|\.\.\.)[ \t]*(?:\r?\n|$)/

/** Returns a Markdown file's text without its front matter. */
export function bodyOfFile(text: string): string {
  const match = FRONT_MATTER.exec(text)
  return block(match === null ? text : text.slice(match[0].length)).trim()
}
