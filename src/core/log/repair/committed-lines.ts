import { relative, sep } from 'node:path'
import { askGit, askGitText } from '../../git/git.js'
import { type GitObject, readObjects } from '../../git/objects.js'
import { isDayFile } from '../format/day-file.js'
import type { RawLine } from '../event-log.js'
import { rawLinesOfBlobs } from '../format/raw-lines.js'

/** Blobs are fetched in batches of about this size. */
const BATCH_BYTES = 32 * 1024 * 1024

interface Blob {
  readonly id: string
  readonly size: number
}

/** Ids of lines that git has, byte for byte, in whichever file of their day. */
export interface Committed {
  readonly inHead: ReadonlySet<string>
  /** In the tip of a local branch that HEAD does not contain. */
  readonly elsewhere: ReadonlySet<string>
}

/**
 * Where git has these lines. A branch that HEAD contains does not count: what it brought ought to be in HEAD itself,
 * and where it is not, git took it out (a revert, a merge with a hand in it), and no change of branches brings it back.
 *
 * A handful of processes whatever the number of branches: the tips, their folders, the blobs' sizes, the blobs that
 * differ. Git's index is not touched.
 * @throws KittyError when git cannot be asked. Nothing is known then, and nothing may be put back: the lines may be
 * another branch's.
 * @param root The checkout whose HEAD counts. @param eventsDir The log's folder inside it.
 */
export function committedLines(root: string, eventsDir: string, lines: readonly RawLine[]): Committed {
  const wanted = new Map(lines.map((line) => [line.bytes.toString('latin1').trimEnd(), line.event_id]))
  const days = new Set(lines.map((line) => line.timestamp.slice(0, 10)))
  const found = { inHead: new Set<string>(), elsewhere: new Set<string>() }
  const folder = pathInTree(root, eventsDir)
  const [head, ...others] = readObjects(
    root,
    ['HEAD', ...branchesBeyondHead(root)].map((tip) => `${tip}:${folder}`),
  )
  const ofHead = new Set(blobsOfDays(head, days))
  const blobs = blobsOf(root, new Set([...ofHead, ...others.flatMap((tree) => blobsOfDays(tree, days))]))
  for (const batch of batches(blobs)) {
    const ids = batch.map(({ id }) => id)
    for (const blob of readObjects(root, ids))
      if (blob !== undefined)
        search(blob.content, wanted, ofHead.has(blob.id) ? found.inHead : found.elsewhere)
  }
  return found
}

/** Every event that HEAD has. @throws KittyError when git cannot be asked. */
export function linesOfHead(root: string, eventsDir: string): RawLine[] {
  const [tree] = readObjects(root, [`HEAD:${pathInTree(root, eventsDir)}`])
  return rawLinesOfBlobs(root, blobsOfDays(tree))
}

function pathInTree(root: string, eventsDir: string): string {
  const prefix = askGitText(root, ['rev-parse', '--show-prefix']) ?? ''
  return prefix + relative(root, eventsDir).split(sep).join('/')
}

function branchesBeyondHead(root: string): string[] {
  const branches = ['for-each-ref', '--format=%(objectname)', 'refs/heads']
  // Before the first commit there is no HEAD to compare with.
  const isBorn = readObjects(root, ['HEAD'])[0] !== undefined
  const others = askGitText(root, isBorn ? [...branches, '--no-merged=HEAD'] : branches) ?? ''
  return [...new Set(others.split('\n').filter(Boolean))]
}

/** Ids of a folder's day files, of these days or of all. A tree is a row of `mode name NUL id`, the id in bytes. */
function blobsOfDays(tree: GitObject | undefined, days?: ReadonlySet<string>): string[] {
  if (tree?.type !== 'tree') return []
  const { id, content } = tree
  const idBytes = id.length / 2
  const blobs: string[] = []
  for (let at = 0; at < content.length;) {
    const end = content.indexOf(0, at)
    const name = content.toString('utf8', content.indexOf(0x20, at) + 1, end)
    at = end + 1 + idBytes
    if (isDayFile(name) && days?.has(name.slice(0, 10)) !== false)
      blobs.push(content.toString('hex', end + 1, at))
  }
  return blobs
}

function blobsOf(root: string, ids: ReadonlySet<string>): Blob[] {
  if (ids.size === 0) return []
  const answers = askGit(
    root,
    ['cat-file', '--batch-check=%(objectname) %(objecttype) %(objectsize)'],
    [...ids],
  )
  return (answers?.toString('latin1') ?? '').split('\n').flatMap((answer) => {
    const [, id, size] = /^([0-9a-f]{40,64}) blob ([0-9]+)$/.exec(answer) ?? []
    return id === undefined ? [] : [{ id, size: Number(size) }]
  })
}

function* batches(blobs: readonly Blob[]): Generator<Blob[]> {
  let batch: Blob[] = []
  let bytes = 0
  for (const blob of blobs) {
    if (bytes > 0 && bytes + blob.size > BATCH_BYTES) {
      yield batch
      batch = []
      bytes = 0
    }
    batch.push(blob)
    bytes += blob.size
  }
  if (batch.length > 0) yield batch
}

function search(content: Buffer, wanted: ReadonlyMap<string, string>, found: Set<string>): void {
  for (const line of content.toString('latin1').split('\n')) {
    const id = wanted.get(line.trimEnd())
    if (id !== undefined) found.add(id)
  }
}
