import { gitChunks } from './git.js'

const LF = 0x0a

/** A part of one of the objects that were asked for. */
export interface BlobPart {
  /** Position of the object's name among those asked for. */
  readonly at: number
  /** Of the whole object, in bytes. */
  readonly size: number
  /** Empty for an empty object, and when the object does not exist. Valid until the next part is asked for. */
  readonly bytes: Buffer
  readonly isLast: boolean
}

/** Above this many bytes, git streams an object instead of holding it (git-config(1), `core.bigFileThreshold`). */
export const STREAMED_ABOVE = '8m'

/**
 * Yields the contents of objects in this order, in parts of a bounded size, however large an object is.
 * @param names object IDs, or `REVISION:PATH`; without newlines
 * @throws as `git`
 */
export async function* streamBlobs(root: string, names: readonly string[]): AsyncGenerator<BlobPart> {
  if (names.length === 0) return
  const args = ['-c', `core.bigFileThreshold=${STREAMED_ABOVE}`, 'cat-file', '--batch']
  let at = 0
  let size: number | undefined
  // Bytes still to come: of the object and of the newline after it.
  let missing = 0
  let heading = Buffer.alloc(0)
  for await (const chunk of gitChunks(root, args, `${names.join('\n')}\n`)) {
    for (let from = 0; from < chunk.length;) {
      if (size === undefined) {
        const end = chunk.indexOf(LF, from) + 1
        heading = Buffer.concat([heading, chunk.subarray(from, end === 0 ? chunk.length : end)])
        from = end === 0 ? chunk.length : end
        if (end === 0) continue
        size = sizeIn(heading.toString('latin1'))
        heading = Buffer.alloc(0)
        missing = size === undefined ? 0 : size + 1
        if (size === undefined) yield { at: at++, size: 0, bytes: heading, isLast: true }
        continue
      }
      const part = chunk.subarray(from, from + missing)
      from += part.length
      missing -= part.length
      const bytes = missing === 0 ? part.subarray(0, -1) : part
      if (bytes.length > 0 || missing === 0) yield { at, size, bytes, isLast: missing === 0 }
      if (missing > 0) continue
      at += 1
      size = undefined
    }
  }
}

/** Undefined for an object that does not exist (git-cat-file(1), "Batch output"). */
function sizeIn(heading: string): number | undefined {
  const size = /^[0-9a-f]{40,64} [a-z]+ ([0-9]+)\n$/.exec(heading)?.[1]
  return size === undefined ? undefined : Number(size)
}
