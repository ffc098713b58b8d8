import { createHash } from 'node:crypto'
import type { Loss, SourceFile, SourceProblem } from './document.js'

const NAME_LENGTH = 200
// C0, DEL and C1, and what reverses the direction of writing or prints nothing where it has no meaning.
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb]/g

/** The same but for tab and newline. */
const BLOCK_CONTROL = new RegExp(
  CONTROL.source.replace('\\u0000-\\u001f', '\\u0000-\\u0008\\u000b-\\u001f'),
  'g',
)
// Half a surrogate pair is no text: JSON may hold one, UTF-8 cannot.
const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g

/** Text on one line, without control characters. */
export function singleLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').replace(CONTROL, '').replace(LONE_SURROGATE, '\ufffd').trim()
}

/** Text of several lines: Unix line ends, no control characters but tab and newline. */
export function block(text: string): string {
  return text.replaceAll(/\r\n?/g, '\n').replace(BLOCK_CONTROL, '').replace(LONE_SURROGATE, '\ufffd')
}

/**
 * A text as a name of the log may be: one line of 1 to 200 characters. A longer one keeps its beginning and ends in a
 * hash, so that two long names stay two. Undefined where nothing is left.
 */
export function nameOf(text: string): string | undefined {
  const line = singleLine(text)
  if (line === '') return undefined
  if (line.length <= NAME_LENGTH) return line
  return `${singleLine(line.slice(0, NAME_LENGTH - 10))}~${createHash('sha256').update(line).digest('hex').slice(0, 9)}`
}

export interface TextLine {
  /** Counted from 1. */
  readonly line: number
  readonly text: string
}

/**
 * A file as text, and what is wrong with its bytes. A byte order mark and Windows line ends are accepted; bytes that
 * are not UTF-8 are replaced and named by line.
 */
export function readText(file: SourceFile): {
  readonly text: string
  readonly problems: readonly SourceProblem[]
} {
  const { path, bytes } = file
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff))
    return { text: '', problems: [{ file: path, line: null, message: 'is UTF-16: save it as UTF-8' }] }
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes), problems: [] }
  } catch {
    // The one failure a fatal decoder has.
    const text = new TextDecoder('utf-8').decode(bytes)
    const line = text.slice(0, text.indexOf('\ufffd')).split('\n').length
    return {
      text,
      problems: [{ file: path, line, message: 'holds bytes that are not UTF-8; they were replaced' }],
    }
  }
}

/** Lines that are not blank. */
export function linesOf(text: string): TextLine[] {
  return text
    .split('\n')
    .map((raw, index) => ({ line: index + 1, text: raw.endsWith('\r') ? raw.slice(0, -1) : raw }))
    .filter(({ text: line }) => line.trim() !== '')
}

/** Counts what a source says that has no register, by its name. */
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

/** Markdown sections below a description; those without text are left out. */
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

/** Words of a title as part of a file's name: lower-case ASCII letters, digits and dashes; never empty. */
export function fileWords(title: string): string {
  const words = title
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, 60)
    .replaceAll(/^-+|(?<!-)-+$/g, '')
  return words === '' ? 'work-package' : words
}
