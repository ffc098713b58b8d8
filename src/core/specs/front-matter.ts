/**
 * The YAML block at the start of a Markdown file, and the one line of it that kitty rewrites: `lane:`. Everything works
 * on bytes, so that no other byte of a person's file can change.
 */
import { readEntries, type Entry } from './key-lines.js'
import { lineAt, skipBlanks } from './lines.js'
import { lineOf, type Problem } from './value.js'
import { unquoted } from './value-end.js'

/** Longer front matter is refused: no author writes it, and every command would have to read it. */
const FRONT_MATTER_LIMIT = 16 * 1024

type FrontMatter =
  | { readonly kind: 'none' }
  | ({ readonly kind: 'broken' } & Problem)
  /** The YAML is at bytes [start, end). `bodyStart` is the first byte after the closing line. */
  | { readonly kind: 'found'; readonly start: number; readonly end: number; readonly bodyStart: number }

type LaneChange =
  | { readonly ok: true; readonly bytes: Buffer; readonly changed: boolean }
  | { readonly ok: false; readonly problem: string }

/** Finds the block between `---` and the next `---` or `...`. Accepts a byte-order mark and any line ends. */
export function splitFrontMatter(bytes: Buffer): FrontMatter {
  if (bytes[0] === 0xff || bytes[0] === 0xfe)
    return { kind: 'broken', line: 1, problem: 'the file is UTF-16: save it as UTF-8' }
  const text = headOf(bytes)
  const opening = lineAt(text, text.startsWith('\u00ef\u00bb\u00bf') ? 3 : 0, text.length)
  const fence = text.slice(opening.start, opening.end)
  if (!fence.startsWith('---')) return { kind: 'none' }
  if (fence.trimEnd() !== '---') {
    // "---js" makes other programs run the block as code, and a rule of dashes is not front matter either.
    if (/^-+$/.test(fence.trimEnd())) return { kind: 'none' }
    return {
      kind: 'broken',
      line: 1,
      problem: `the front matter opens with "${fence.slice(0, 20)}": only plain "---" (YAML) is read`,
    }
  }
  for (let at = opening.next; at < text.length;) {
    const line = lineAt(text, at, text.length)
    const closing = text.slice(line.start, line.end).trimEnd()
    if (closing === '---' || closing === '...') {
      return { kind: 'found', start: opening.next, end: line.start, bodyStart: line.next }
    }
    if (/^-{4,}$/.test(closing))
      return {
        kind: 'broken',
        line: lineOf(text, line.start),
        problem: 'the front matter closes with more than three dashes: write "---"',
      }
    at = line.next
  }
  const tooLong = bytes.length > text.length
  return {
    kind: 'broken',
    line: 1,
    problem: tooLong
      ? `the front matter is not closed within ${FRONT_MATTER_LIMIT / 1024} KiB: add a "---" line after it`
      : 'the front matter is never closed: add a "---" line after it',
  }
}

/** The file's lane. Undefined if the file names none or its front matter cannot be read. */
export function readLane(bytes: Buffer): string | undefined {
  const found = findLane(bytes)
  if (!found.ok || found.lane === undefined) return undefined
  return Buffer.from(unquoted(found.lane.scalar), 'latin1').toString('utf8') || undefined
}

/**
 * Returns the same bytes with `lane:` set. Keeps that line's quotes, comment and line end. If there is no such line,
 * adds one below `work_package_id` or `title`, or else as the first key.
 */
export function setLane(bytes: Buffer, lane: string): LaneChange {
  if (!/^[A-Za-z][\w.-]*$/.test(lane)) return { ok: false, problem: `"${lane}" cannot be written as a lane` }
  const found = findLane(bytes)
  if (!found.ok) return found
  if (found.lane !== undefined) {
    const { scalar, start, end } = found.lane
    if (unquoted(scalar) === lane) return { ok: true, bytes, changed: false }
    const quote = scalar.startsWith("'") ? "'" : scalar.startsWith('"') ? '"' : quoteFor(lane)
    const space = scalar === '' ? ' ' : ''
    return replaced(bytes, start, end, `${space}${quote}${lane}${quote}`)
  }
  const { insertAt, lineEnd } = found
  return replaced(bytes, insertAt, insertAt, `lane: ${quoteFor(lane)}${lane}${quoteFor(lane)}${lineEnd}`)
}

/**
 * The same bytes without the line that states the lane, whose comment stays. The given bytes if no such line can be told
 * apart.
 */
export function withoutLane(bytes: Buffer): Buffer {
  const block = splitFrontMatter(bytes)
  if (block.kind !== 'found') return bytes
  const text = headOf(bytes)
  const read = readEntries(text, block.start, block.end)
  const [lane, ...others] = read.ok ? read.entries.filter(({ key }) => key === 'lane') : []
  const value = lane === undefined || others.length > 0 ? undefined : laneValue(text, lane)
  if (lane === undefined || value === undefined) return bytes
  const isBare = text.slice(value.end, lane.lineEnd).trim() === ''
  const [start, end] = isBare ? [lane.start, lane.end] : [value.start, value.end]
  return Buffer.concat([bytes.subarray(0, start), bytes.subarray(end)])
}

/** YAML 1.1 reads these plain words as booleans or null. */
function quoteFor(lane: string): string {
  return /^(?:true|false|yes|no|on|off|null|y|n)$/i.test(lane) ? "'" : ''
}

function replaced(bytes: Buffer, start: number, end: number, text: string): LaneChange {
  return {
    ok: true,
    bytes: Buffer.concat([bytes.subarray(0, start), Buffer.from(text, 'utf8'), bytes.subarray(end)]),
    changed: true,
  }
}

interface LaneValue {
  /** As written, including quotes. Empty if the key has no value. */
  readonly scalar: string
  readonly start: number
  readonly end: number
}

type FoundLane =
  | {
      readonly ok: true
      readonly lane: LaneValue | undefined
      readonly insertAt: number
      readonly lineEnd: string
    }
  | { readonly ok: false; readonly problem: string }

function findLane(bytes: Buffer): FoundLane {
  const block = splitFrontMatter(bytes)
  if (block.kind === 'none')
    return { ok: false, problem: 'it has no front matter: begin the file with "---", keys, "---"' }
  if (block.kind === 'broken') return { ok: false, problem: block.problem }
  const text = headOf(bytes)
  const read = readEntries(text, block.start, block.end)
  if (!read.ok) return { ok: false, problem: `its front matter cannot be edited safely: ${read.problem}` }

  const lanes = read.entries.filter((entry) => entry.key === 'lane')
  if (lanes.length > 1) return { ok: false, problem: 'its front matter has "lane:" twice: remove one' }
  const anchor =
    read.entries.find((entry) => entry.key === 'work_package_id') ??
    read.entries.find((entry) => entry.key === 'title')
  const insertAt = anchor?.end ?? block.start
  const lineEnd = text[insertAt - 2] === '\r' ? '\r\n' : '\n'
  const [entry] = lanes
  if (entry === undefined) return { ok: true, lane: undefined, insertAt, lineEnd }
  const lane = laneValue(text, entry)
  if (lane === undefined)
    return { ok: false, problem: 'its "lane:" is not a single word: write it as "lane: planned"' }
  return { ok: true, lane, insertAt, lineEnd }
}

/** The scalar on the key's own line. Undefined for lists, blocks, anchors, tags and multiline values. */
function laneValue(text: string, entry: Entry): LaneValue | undefined {
  if (entry.continues) return undefined
  const start = skipBlanks(text, entry.valueStart, entry.lineEnd)
  if (start === entry.lineEnd || text[start] === '#')
    return { scalar: '', start: entry.valueStart, end: entry.valueStart }
  const rest = text.slice(start, entry.lineEnd)
  const quote = rest.startsWith("'") || rest.startsWith('"') ? rest.charAt(0) : undefined
  const scalar = quote === undefined ? plainScalar(rest) : rest.slice(0, rest.indexOf(quote, 1) + 1)
  if (scalar === undefined || !/^(?:[ \t]+#|[ \t]*$)/.test(rest.slice(scalar.length))) return undefined
  return { scalar, start, end: start + scalar.length }
}

function plainScalar(rest: string): string | undefined {
  if ('[]{},&*!|>%@`?'.includes(rest.charAt(0))) return undefined
  const comment = rest.search(/[ \t]#/)
  return (comment === -1 ? rest : rest.slice(0, comment)).trimEnd()
}

/** One character per byte. Long enough for the longest front matter allowed and its closing line. */
function headOf(bytes: Buffer): string {
  return bytes.toString('latin1', 0, FRONT_MATTER_LIMIT + 16)
}
