import { linesWithin } from '../../git/output-file.js'
import { eachObject } from '../../git/objects.js'

/** In bytes: larger blobs are read in parts. */
const WHOLE_BYTES = 4 * 1024 * 1024
/** In bytes: no line with all keys of an event is shorter. */
const SHORTEST_EVENT = 150

/** A file of the log as git has it. */
export interface BlobLines {
  readonly id: string
  /** Its content in parts of whole lines. From a large blob only the lines that may be events. To be read once. */
  readonly parts: Iterable<Buffer>
}

/**
 * Yields these blobs in this order, without those that git does not have. Holds a few megabytes, however large a blob
 * and its lines are.
 * @param ids object IDs
 * @throws as `git`; KittyError DiskFull, NotWritable
 */
export function* blobLines(root: string, ids: readonly string[]): Generator<BlobLines> {
  for (const blob of eachObject(root, ids, WHOLE_BYTES)) {
    if (blob?.type !== 'blob') continue
    const { id, content } = blob
    yield { id, parts: content === undefined ? linesWithin(root, id, SHORTEST_EVENT) : [content] }
  }
}
