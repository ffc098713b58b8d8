import { relative, sep } from 'node:path'
import { askGit, type GitObject, readObjects } from './ask-git.js'
import { isDayFile } from './day-file.js'
import type { RawLine } from './event-log.js'

/** Blobs are fetched in batches of about this size. */
const BATCH_BYTES = 32 * 1024 * 1024

interface Blob {
  readonly id: string
  readonly size: number
}

/**
 * The ids of those lines that are in HEAD, or in the tip of a local branch that HEAD does not contain, byte for byte,
 * in whichever file of their day. What a branch brought that HEAD does contain ought to be in HEAD itself: where it
 * is not, git took it out (a revert, a merge with a hand in it), and no change of branches brings it back.
 *
 * A handful of processes whatever the number of branches: the tips, their folders, the blobs' sizes, the blobs that
 * differ. Git's index is not touched. Where git fails, nothing counts as committed: a line too many is put back,
 * none is lost.
 * @param root The checkout whose HEAD counts. @param eventsDir The log's folder inside it.
 */
export function committedLines(root: string, eventsDir: string, lines: readonly RawLine[]): Set<string> {
  const wanted = new Map(lines.map((line) => [line.bytes.toString('latin1').trimEnd(), line.event_id]))
  const days = new Set(lines.map((line) => line.timestamp.slice(0, 10)))
  const folder = relative(root, eventsDir).split(sep).join('/')
  const found = new Set<string>()
  try {
    const prefix = askGit(root, ['rev-parse', '--show-prefix']).toString('utf8').replace(/\n$/, '')
    const trees = readObjects(root, tips(root).map((tip) => `${tip}:${prefix}${folder}`))
    const blobs = blobsOf(root, new Set(trees.flatMap((tree) => blobsOfDays(tree, days))))
    for (const batch of batches(blobs)) {
      if (found.size === wanted.size) break
      for (const blob of readObjects(root, batch.map(({ id }) => id))) search(blob.content, wanted, found)
    }
  } catch {
    // Whatever git's reason: what has been found is committed, for the rest see above.
  }
  return found
}

function tips(root: string): string[] {
  const branches = ['for-each-ref', '--format=%(objectname)', 'refs/heads']
  // Before the first commit there is no HEAD to compare with.
  const isBorn = readObjects(root, ['HEAD']).length > 0
  const others = askGit(root, isBorn ? [...branches, '--no-merged=HEAD'] : branches)
  return [...new Set(['HEAD', ...others.toString('latin1').split('\n').filter(Boolean)])]
}

/** A tree is a row of `mode name NUL id`, the id in bytes (gitformat-pack(5) and git-ls-tree(1)). */
function blobsOfDays({ id, type, content }: GitObject, days: ReadonlySet<string>): string[] {
  if (type !== 'tree') return []
  const idBytes = id.length / 2
  const blobs: string[] = []
  for (let at = 0; at < content.length;) {
    const end = content.indexOf(0, at)
    const name = content.toString('utf8', content.indexOf(0x20, at) + 1, end)
    at = end + 1 + idBytes
    if (isDayFile(name) && days.has(name.slice(0, 10))) blobs.push(content.toString('hex', end + 1, at))
  }
  return blobs
}

function blobsOf(root: string, ids: ReadonlySet<string>): Blob[] {
  if (ids.size === 0) return []
  const answers = askGit(root, ['cat-file', '--batch-check=%(objectname) %(objecttype) %(objectsize)'], [...ids])
  return answers
    .toString('latin1')
    .split('\n')
    .flatMap((answer) => {
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
