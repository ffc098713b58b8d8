import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { inject, injectable } from 'inversify'
import { appendPrivate, putPrivate } from '../../files/put-private.js'
import { readPlain } from '../../files/read-plain.js'
import { withoutLane } from '../../specs/front-matter.js'
import { withoutTicks } from '../../specs/subtask-boxes.js'
import { Workspace } from '../../workspace/workspace.js'
import { repeatedIn } from './repeats-log.js'

/** One file that a command wrote: from which content to which, as digests; null where there was or is no file. */
interface Step {
  readonly file: string
  readonly from: string | null
  readonly to: string | null
  /** Of the body that the command was given for the file, if it was. */
  readonly body?: string
  /** Of the text below the front matter that an import gave the file. */
  readonly imported?: string
  /** The one who changed a package's text. */
  readonly by?: TextAuthor
}

/** The holder whose command changed a package's text, and the log's greatest clock before what else it wrote. */
export interface TextAuthor {
  readonly actor: string
  readonly session: string | null
  readonly correlation: string | null
  readonly clock: number
}

/** A file's content before and after; undefined is no file. The path is relative to the repository's root. */
export interface WrittenFile {
  readonly file: string
  readonly before: Buffer | undefined
  readonly after: Buffer | undefined
  /** The body that the command was given, if it was. */
  readonly body?: string | undefined
  /** The text below the front matter that an import gave it. */
  readonly imported?: Buffer | undefined
  readonly by?: TextAuthor | undefined
}

const LF = 0x0a
/** How many steps are kept once their files are committed. */
const COMMITTED_STEPS = 2_000
const BYTES_LIMIT = 32 * 1024 * 1024
/** A larger file loses its oldest steps. */
const TRIM_AT = BYTES_LIMIT / 2
/** What then stays: the steps of an import of ten thousand items and of its updates until they are committed. */
const KEPT_BYTES = BYTES_LIMIT / 4

/**
 * What kitty itself wrote into files below kitty-specs, so that `kitty commit` can tell it from what people wrote. Lanes
 * and ticks of package files and tasks.md need no note: they repeat the log, which tells whether they are kitty's.
 */
@injectable()
export class OwnWriting {
  constructor(@inject(Workspace) private readonly workspace: Workspace) {}

  /**
   * Best effort: what is not noted counts as the user's. Call it with the lock held.
   * @param file relative to the repository's root
   */
  keep(file: string, before: Buffer | undefined, after: Buffer | undefined): void {
    this.keepAll([{ file, before, after }])
  }

  /** As `keep`, for many files with one write. */
  keepAll(files: readonly WrittenFile[]): void {
    if (files.length === 0) return
    const fresh = files.map(({ file, before, after, body, imported, by }) => ({
      file,
      from: digestOf(file, before),
      to: digestOf(file, after),
      ...(body !== undefined && { body: digestOf(file, Buffer.from(body)) ?? '' }),
      ...(imported !== undefined && { imported: digestOf(file, imported) ?? '' }),
      ...(by !== undefined && { by }),
    }))
    // An import adds portion after portion: reading the others each time would take most of its memory.
    const size = appendPrivate(this.#file, linesOf(fresh))
    if (size > TRIM_AT) this.#trim()
  }

  /**
   * Drops the steps of all files but these, unless there are few. What was imported last is kept for the next import.
   * Call it with the lock held.
   */
  keepOnly(files: readonly string[]): void {
    const steps = this.#read()
    if (steps.length <= COMMITTED_STEPS) return
    const kept = new Set(files)
    const imported = new Set(lastImports(steps).values())
    const left = steps.filter((step) => kept.has(step.file) || imported.has(step))
    if (left.length < steps.length) this.#put(left)
  }

  /**
   * Reads the notes once. The answer tells whether nothing but kitty's own writing leads from the one content of a file
   * to the other, apart from line ends and what repeats the log. Undefined is no file.
   */
  history(): (file: string, from: Buffer | undefined, to: Buffer | undefined) => boolean {
    const byFile = new Map<string, Step[]>()
    for (const step of this.#read()) {
      const known = byFile.get(step.file)
      if (known === undefined) byFile.set(step.file, [step])
      else known.push(step)
    }
    return (file, from, to) => leads(byFile.get(file) ?? [], digestOf(file, from), digestOf(file, to))
  }

  /** Whether kitty made the file with this content. Undefined if no note says how it was made. */
  hasMade(file: string, content: Buffer): boolean | undefined {
    // A command that was killed after it had made the file finds it as it wants it.
    const made = this.#of(file).filter(({ from, to }) => from === null || from === to)
    return holds(
      file,
      made.map(({ to }) => to),
      content,
    )
  }

  /** Whether kitty has ever given the file this content. Undefined if no note says what it wrote there. */
  hasWritten(file: string, content: Buffer): boolean | undefined {
    const written = this.#of(file).map(({ to }) => to)
    return holds(file, written, content)
  }

  /** Whether kitty has ever given the file this body. Undefined if no note says which it was given. */
  hasWrittenBody(file: string, body: string): boolean | undefined {
    const written = this.#of(file).flatMap((step) => step.body ?? [])
    return holds(file, written, Buffer.from(body))
  }

  /**
   * Reads the notes once. The answer tells whether a text is the one that an import gave the file last; undefined if no
   * note says.
   */
  lastImported(): (file: string, text: Buffer) => boolean | undefined {
    const last = lastImports(this.#read())
    return (file, text) => {
      const step = last.get(file)
      return step === undefined ? undefined : step.imported === digestOf(file, text)
    }
  }

  /** The text that this holder's commands changed last. Its `isContent` tells whether a file still has it. */
  lastText({
    actor,
    session,
    correlation,
  }: Omit<TextAuthor, 'clock'>):
    { readonly file: string; readonly clock: number; isContent(bytes: Buffer): boolean } | undefined {
    const step = this.#read().findLast(
      ({ by }) => by?.actor === actor && by.session === session && by.correlation === correlation,
    )
    if (step?.by === undefined) return undefined
    const { file, to, by } = step
    return { file, clock: by.clock, isContent: (bytes) => digestOf(file, bytes) === to }
  }

  #of(file: string): Step[] {
    return this.#read().filter((step) => step.file === file)
  }

  #put(steps: readonly Step[]): void {
    putPrivate(this.#file, linesOf(steps))
  }

  #trim(): void {
    const file = readPlain(this.#file, BYTES_LIMIT)
    const bytes = file.ok ? file.bytes : Buffer.alloc(0)
    putPrivate(this.#file, bytes.subarray(bytes.indexOf(LF, Math.max(0, bytes.length - KEPT_BYTES)) + 1))
  }

  get #file(): string {
    return join(this.workspace.privateDir, 'written.jsonl')
  }

  #read(): readonly Step[] {
    const file = readPlain(this.#file, BYTES_LIMIT)
    if (!file.ok) return []
    return file.bytes.toString('utf8').split('\n').flatMap(stepsIn)
  }
}

function lastImports(steps: readonly Step[]): ReadonlyMap<string, Step> {
  return new Map(steps.flatMap((step) => (step.imported === undefined ? [] : [[step.file, step]])))
}

function holds(file: string, digests: readonly (string | null)[], bytes: Buffer): boolean | undefined {
  return digests.length === 0 ? undefined : digests.includes(digestOf(file, bytes))
}

function linesOf(steps: readonly Step[]): Buffer {
  return Buffer.from(steps.map((step) => `${JSON.stringify(step)}\n`).join(''))
}

/** A crash may leave part of a line. */
function stepsIn(line: string): Step[] {
  if (line === '') return []
  try {
    const step: unknown = JSON.parse(line)
    return isStep(step) ? [step] : []
  } catch (error) {
    if (error instanceof SyntaxError) return []
    throw error
  }
}

function leads(steps: readonly Step[], start: string | null, end: string | null): boolean {
  const seen = new Set<string | null>()
  const open = [end]
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    if (at === start) return true
    if (seen.has(at)) continue
    seen.add(at)
    for (const step of steps) if (step.to === at) open.push(step.from)
  }
  return false
}

/** True if two contents of a file differ in nothing but line ends and what repeats the log. */
export function isSameText(file: string, one: Buffer, other: Buffer): boolean {
  return digestOf(file, one) === digestOf(file, other)
}

/** The content without what repeats the log, and without the difference between line ends, which a checkout may change. */
function digestOf(file: string, bytes: Buffer | undefined): string | null {
  if (bytes === undefined) return null
  const { hasLane, hasBoxes } = repeatedIn(file)
  const laneless = hasLane ? withoutLane(bytes) : bytes
  const text = (hasBoxes ? withoutTicks(laneless) : laneless).toString('latin1').replaceAll('\r\n', '\n')
  return createHash('sha256').update(text, 'latin1').digest('base64url')
}

function isStep(value: unknown): value is Step {
  if (typeof value !== 'object' || value === null) return false
  const { file, from, to, body, imported, by } = value as Partial<Record<keyof Step, unknown>>
  const isDigest = (one: unknown): boolean => one === null || typeof one === 'string'
  const areTexts = [body, imported].every((one) => one === undefined || typeof one === 'string')
  const isBy = by === undefined || isAuthor(by)
  return typeof file === 'string' && isDigest(from) && isDigest(to) && areTexts && isBy
}

function isAuthor(value: unknown): value is TextAuthor {
  if (typeof value !== 'object' || value === null) return false
  const { actor, session, correlation, clock } = value as Partial<Record<keyof TextAuthor, unknown>>
  const isName = (one: unknown): boolean => one === null || typeof one === 'string'
  return typeof actor === 'string' && isName(session) && isName(correlation) && typeof clock === 'number'
}
