import { createHash } from 'node:crypto'
import { streamBlobs } from '../../git/blob-stream.js'
import type { ChangedFile } from '../../git/changed-files.js'
import type { LogCommit } from '../../git/log-commits.js'
import { rawLine } from '../../log/archive/raw-line.js'
import { isDayFile } from '../../log/format/day-file.js'
import { basename } from 'node:path'

/**
 * The event lines that one commit added and removed: event ID → digest of the line, since a commit may bring a whole log.
 * A line that only moved is in both.
 */
export interface ChangedLines {
  readonly commit: LogCommit
  readonly added: ReadonlyMap<string, string>
  readonly removed: ReadonlyMap<string, string>
  /** Files too large to compare. */
  readonly tooLarge: readonly string[]
}

/** In bytes. Both sides of a file are held; a day of 60,000 events is smaller. */
const LIMIT = 32 * 1024 * 1024
const LF = 0x0a

/**
 * Yields what each commit did to the event lines of the log's files. Holds two versions of one file at a time.
 * @throws as `git`
 */
export async function* changedLines(
  root: string,
  commits: readonly LogCommit[],
): AsyncGenerator<ChangedLines> {
  const contents = new Contents(root, commits)
  for (const commit of commits) {
    const added = new Map<string, string>()
    const removed = new Map<string, string>()
    const tooLarge: string[] = []
    for (const file of dayFilesOf(commit)) {
      const [before, after] = [await contents.of(file.before), await contents.of(file.after)]
      if (before === undefined || after === undefined) tooLarge.push(file.path)
      else {
        const { from, beforeEnd, afterEnd } = middle(before, after)
        collect(before.subarray(from, beforeEnd), removed)
        collect(after.subarray(from, afterEnd), added)
      }
    }
    yield { commit, added, removed, tooLarge }
  }
}

function dayFilesOf({ files }: LogCommit): ChangedFile[] {
  return files.filter(({ path }) => isDayFile(basename(path)))
}

/** Reads blobs in the order in which the commits need them; a version that is needed twice in a row is read once. */
class Contents {
  readonly #parts: ReturnType<typeof streamBlobs>
  #last: { readonly id: string; readonly content: Buffer | undefined } | undefined

  constructor(root: string, commits: readonly LogCommit[]) {
    const ids = commits.flatMap(dayFilesOf).flatMap(({ before, after }) => [before, after])
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

/** Adds the digests of event lines to `into`. Goes line by line: a file may hold millions of empty ones. */
function collect(lines: Buffer, into: Map<string, string>): void {
  for (let start = 0; start < lines.length;) {
    const found = lines.indexOf(LF, start)
    const end = found < 0 ? lines.length : found
    const line = lines.subarray(start, end)
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
