import { createHash } from 'node:crypto'
import { streamBlobs } from '../../git/blob-stream.js'
import type { CommitFile, LogCommit } from '../../git/log-commits.js'
import { rawLine } from '../../log/archive/raw-line.js'
import { dayFileAt } from '../../log/format/day-file.js'
import { repoPath } from '../../platform/paths.js'
import type { Workspace } from '../../workspace/workspace.js'

/** What is compared: a commit's files, or those of a range as a whole. */
type Changing = Pick<LogCommit, 'files'>

/** Event ID → digest of its line, since a commit may bring a whole log. */
type Lines = ReadonlyMap<string, string>

/**
 * The event lines that one commit added and removed. A line that only moved is in both. A merge added the lines that none
 * of its parents has, and removed those that every parent has; where it changed a line, the line is in both.
 */
export interface ChangedLines<T> {
  readonly commit: T
  readonly added: Lines
  readonly removed: Lines
  /** Files too large to compare. */
  readonly tooLarge: readonly string[]
}

/** In bytes. Both sides of a file are held; a day of 60,000 events is smaller. */
const LIMIT = 32 * 1024 * 1024
const LF = 0x0a
const CR = 0x0d

/**
 * Yields what each commit did to the event lines of the log's files. Holds two versions of one file at a time, of a merge
 * three.
 * @throws as `git`
 */
export async function* changedLines<T extends Changing>(
  { root, eventsDir }: Pick<Workspace, 'root' | 'eventsDir'>,
  commits: readonly T[],
): AsyncGenerator<ChangedLines<T>> {
  const folder = repoPath(root, eventsDir)
  const filesOf = ({ files }: Changing): CommitFile[] =>
    files.filter(({ path }) => dayFileAt(path, folder) !== undefined)
  const contents = new Contents(root, commits.flatMap(filesOf))
  for (const commit of commits) {
    const sides: Side[] = []
    const tooLarge = new Set<string>()
    for (const { path, before, after } of filesOf(commit)) {
      const [first, ...others] = before
      const old = await contents.of(first)
      const now = await contents.of(after)
      const compare = (parent: number, then: Buffer | undefined): void => {
        const side = (sides[parent] ??= { added: new Map(), removed: new Map() })
        if (then === undefined || now === undefined) tooLarge.add(path)
        else {
          const { from, beforeEnd, afterEnd } = middle(then, now)
          collect(then.subarray(from, beforeEnd), side.removed)
          collect(now.subarray(from, afterEnd), side.added)
        }
      }
      compare(0, old)
      for (const [at, id] of others.entries()) compare(at + 1, await contents.of(id))
    }
    yield { commit, ...ofAllSides(sides), tooLarge: [...tooLarge] }
  }
}

/** What a commit did to the lines of one parent. */
interface Side {
  readonly added: Map<string, string>
  readonly removed: Map<string, string>
}

/** What it did to the lines of all of them. */
function ofAllSides(sides: readonly Side[]): { added: Lines; removed: Lines } {
  const [only] = sides
  if (only === undefined) return { added: new Map(), removed: new Map() }
  if (sides.length === 1) return only
  const come = sides.map(({ added, removed }) => without(added, removed))
  const gone = sides.map(({ added, removed }) => without(removed, added))
  const added = new Map(
    [...(come[0] ?? [])].filter(([id, line]) => come.every((side) => side.get(id) === line)),
  )
  const removed = new Map(
    gone.flatMap((side) => [...side].filter(([id]) => added.has(id) || gone.every((other) => other.has(id)))),
  )
  return { added, removed }
}

function without(lines: Lines, others: Lines): Lines {
  return new Map([...lines].filter(([id, line]) => others.get(id) !== line))
}

/** Reads blobs in the order in which the commits need them; a version that is needed twice in a row is read once. */
class Contents {
  readonly #parts: ReturnType<typeof streamBlobs>
  #last: { readonly id: string; readonly content: Buffer | undefined } | undefined

  constructor(root: string, files: readonly CommitFile[]) {
    const ids = files.flatMap(({ before: [first, ...others], after }) => [first, after, ...others])
    const present = ids.filter((id) => id !== undefined)
    this.#parts = streamBlobs(
      root,
      present.filter((id, at) => id !== present[at - 1]),
    )
  }

  /** Empty without a blob; undefined for one above the limit. */
  async of(id: string | undefined): Promise<Buffer | undefined> {
    if (id === undefined) return Buffer.alloc(0)
    if (this.#last?.id !== id) this.#last = { id, content: await this.#next() }
    return this.#last.content
  }

  async #next(): Promise<Buffer | undefined> {
    const held: Buffer[] = []
    for (;;) {
      const step = await this.#parts.next()
      if (step.done === true) return Buffer.concat(held)
      const { size, bytes, isLast } = step.value
      if (size <= LIMIT) held.push(bytes)
      if (isLast) return size <= LIMIT ? Buffer.concat(held) : undefined
    }
  }
}

/** The whole lines between the beginning and the end that two versions share. Almost every commit only appends. */
function middle(before: Buffer, after: Buffer): { from: number; beforeEnd: number; afterEnd: number } {
  const most = Math.min(before.length, after.length)
  const same = sharedLength(
    most,
    (at, length) => before.compare(after, at, at + length, at, at + length) === 0,
  )
  const from = same === 0 ? 0 : before.lastIndexOf(LF, same - 1) + 1
  const rest = most - from
  const ending = sharedLength(rest, (at, length) => {
    const [b, a] = [before.length - at - length, after.length - at - length]
    return before.compare(after, a, a + length, b, b + length) === 0
  })
  // The shared ending counts from its first line end on: the bytes before it belong to a line that differs.
  const lineEnd = ending === 0 ? -1 : before.indexOf(LF, before.length - ending)
  const kept = lineEnd < 0 ? 0 : before.length - lineEnd - 1
  return { from, beforeEnd: before.length - kept, afterEnd: after.length - kept }
}

/** How many bytes are the same, up to `most`: halves the step where a difference is, and ends at that byte. */
function sharedLength(most: number, isSame: (at: number, length: number) => boolean): number {
  let at = 0
  for (let step = 64 * 1024; step >= 1;) {
    if (at + step <= most && isSame(at, step)) at += step
    else step = Math.floor(step / 2)
  }
  return at
}

const BRACE = 0x7b
const OWN_LINE = /^\{"event_id":"([0-7][0-9A-HJKMNP-TV-Z]{25})"/
/** Bytes of SHA-256. */
const DIGEST_LENGTH = 16

/**
 * Adds the digests of event lines, without their line ends, to `into`. Goes line by line: a file may hold millions of empty
 * ones.
 */
function collect(lines: Buffer, into: Map<string, string>): void {
  for (let start = 0; start < lines.length;) {
    const found = lines.indexOf(LF, start)
    const end = found < 0 ? lines.length : found
    const line = lines.subarray(start, lines[end - 1] === CR ? end - 1 : end)
    const id = eventIdIn(line)
    if (id !== undefined) into.set(id, digestOf(line))
    start = end + 1
  }
}

/** Kitty's own lines begin with the ID; only those of other programs are parsed. */
function eventIdIn(line: Buffer): string | undefined {
  if (line[0] !== BRACE) return undefined
  return OWN_LINE.exec(line.toString('latin1', 0, 64))?.[1] ?? rawLine(line)?.event_id
}

function digestOf(line: Buffer): string {
  return createHash('sha256').update(line).digest().toString('latin1', 0, DIGEST_LENGTH)
}
