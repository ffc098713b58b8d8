import { gitUpTo, QUESTION_TIMEOUT_MS } from './git.js'
import { STREAMED_ABOVE } from './blob-stream.js'

export interface GitObject {
  readonly id: string
  readonly type: string
  /** In bytes. */
  readonly size: number
  /** Undefined for what is larger than the caller reads. Folders are always read. */
  readonly content: Buffer | undefined
}

/** How much of git's answer is held at a time, in bytes; a single object may be larger if the caller reads it. */
const PORTION_BYTES = 8 * 1024 * 1024

/**
 * Yields these objects in this order, undefined for what does not exist (git-cat-file(1), "Batch output"). Holds one
 * portion of them: the author of a commit chose how large its files are.
 * @param names without newlines
 * @param longest in bytes: the content of a larger object is left out
 * @throws KittyError if git fails
 */
export function* eachObject(
  root: string,
  names: readonly string[],
  longest: number,
): Generator<GitObject | undefined> {
  if (names.length === 0) return
  const all = contentsOf(root, names, PORTION_BYTES)
  if (all !== undefined) {
    for (const one of all) yield one && isRead(one, longest) ? one : one && { ...one, content: undefined }
    return
  }
  const headings = headingsOf(root, names)
  for (let from = 0; from < headings.length;) {
    const portion: GitObject[] = []
    let to = from
    for (let bytes = 0; to < headings.length; to += 1) {
      const one = headings[to]
      if (one === undefined || !isRead(one, longest)) continue
      if (bytes > 0 && bytes + one.size > PORTION_BYTES) break
      bytes += one.size
      portion.push(one)
    }
    const ids = portion.map(({ id }) => id)
    const read = ids.length === 0 ? [] : (contentsOf(root, ids) ?? [])
    let at = 0
    for (const one of headings.slice(from, to)) yield one && isRead(one, longest) ? read[at++] : one
    from = to
  }
}

/** As `eachObject`, all in one list: for names so few, or a limit so low, that this is little. */
export function readObjects(
  root: string,
  names: readonly string[],
  longest: number,
): (GitObject | undefined)[] {
  return [...eachObject(root, names, longest)]
}

function isRead({ type, size }: GitObject, longest: number): boolean {
  return type === 'tree' || size <= longest
}

const HEADING = /^([0-9a-f]{40,64}) ([a-z]+) ([0-9]+)$/

function headingsOf(root: string, names: readonly string[]): (GitObject | undefined)[] {
  const options = { input: inputOf(names), timeout: QUESTION_TIMEOUT_MS }
  const answer = gitUpTo(root, ['cat-file', '--batch-check'], options)
  const lines = answer?.toString('latin1').split('\n').slice(0, -1) ?? []
  return lines.map(headingIn)
}

/** Undefined if git's answer is longer than `most` bytes. */
function contentsOf(
  root: string,
  names: readonly string[],
  most?: number,
): (GitObject | undefined)[] | undefined {
  const args = ['-c', `core.bigFileThreshold=${STREAMED_ABOVE}`, 'cat-file', '--batch']
  const limit = most === undefined ? {} : { most }
  const output = gitUpTo(root, args, { input: inputOf(names), timeout: QUESTION_TIMEOUT_MS, ...limit })
  if (output === undefined) return undefined
  const objects: (GitObject | undefined)[] = []
  for (let at = 0; at < output.length;) {
    const start = output.indexOf(0x0a, at) + 1
    const heading = headingIn(output.toString('latin1', at, start - 1))
    at = start
    objects.push(heading && { ...heading, content: output.subarray(at, at + heading.size) })
    if (heading !== undefined) at += heading.size + 1
  }
  return objects
}

function headingIn(line: string): GitObject | undefined {
  const [, id, type, size] = HEADING.exec(line) ?? []
  const isThere = id !== undefined && type !== undefined
  return isThere ? { id, type, size: Number(size), content: undefined } : undefined
}

function inputOf(names: readonly string[]): string {
  return `${names.join('\n')}\n`
}
