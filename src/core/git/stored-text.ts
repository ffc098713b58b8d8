/** Line ends that git converts between the work tree and a commit (gitattributes(5), `text`). */
import { createHash } from 'node:crypto'
import { git, QUESTION_TIMEOUT_MS } from './git.js'

const CRLF = Buffer.from('\r\n')

/** True if lines end in CRLF here and in LF in the commit, which may be git's doing or a person's. */
export function mayBeConverted(committed: Buffer, here: Buffer): boolean {
  return here.includes(CRLF) && !committed.includes(CRLF)
}

/**
 * The blobs that a commit would have of these files. Nothing is stored.
 * @param paths of regular files, relative to `root`, without line breaks
 * @throws KittyError if git fails
 */
export function blobIdsOf(root: string, paths: readonly string[]): string[] {
  if (paths.length === 0) return []
  const input = `${paths.join('\n')}\n`
  const answer = git(root, ['hash-object', '--stdin-paths'], { input, timeout: QUESTION_TIMEOUT_MS })
  return answer.toString('latin1').trim().split('\n')
}

/** What a commit has of a file with CRLF: LF if its blob is that of the text with LF, else the bytes as they are. */
export function storedText(here: Buffer, blobId: string): Buffer {
  const converted = Buffer.from(here.toString('latin1').replaceAll('\r\n', '\n'), 'latin1')
  const hash = createHash(blobId.length === 40 ? 'sha1' : 'sha256')
  const id = hash.update(`blob ${converted.length}\0`).update(converted).digest('hex')
  return id === blobId ? converted : here
}
