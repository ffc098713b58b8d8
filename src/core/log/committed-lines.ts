import { relative, sep } from 'node:path'
import { dayFileOf } from './day-file.js'
import type { RawLine } from './event-log.js'

const TIMEOUT_MS = 10_000
/** Blobs are fetched in batches of about this size. */
const BATCH_BYTES = 32 * 1024 * 1024

interface Blob {
  readonly id: string
  readonly size: number
}

/**
 * The ids of those lines that are in HEAD or in the tip of any local branch, byte for byte. A handful of
 * processes whatever the number of branches: the tips, their blobs' names, the blobs that differ. Git's index is
 * not touched.
 * Where git fails, nothing counts as committed: a line too many is put back, none is lost.
 * @param root The checkout whose HEAD counts. @param eventsDir The log's folder inside it.
 */
export function committedLines(root: string, eventsDir: string, lines: readonly RawLine[]): Set<string> {
  const wanted = new Map(lines.map((line) => [line.bytes.toString('latin1').trimEnd(), line.event_id]))
  const folder = relative(root, eventsDir).split(sep).join('/')
  const files = [...new Set(lines.map((line) => `${folder}/${dayFileOf(line.timestamp)}`))]
  const found = new Set<string>()
  try {
    const prefix = git(root, ['rev-parse', '--show-prefix']).toString('utf8').replace(/\n$/, '')
    const tips = new Set(['HEAD', ...git(root, TIPS).toString('latin1').split('\n').filter(Boolean)])
    const names = [...tips].flatMap((tip) => files.map((file) => `${tip}:${prefix}${file}`))
    for (const batch of batches(blobsNamed(root, names))) {
      if (found.size === wanted.size) break
      searchBlobs(
        git(
          root,
          ['cat-file', '--batch'],
          batch.map(({ id }) => id),
        ),
        batch,
        wanted,
        found,
      )
    }
  } catch {
    // Whatever git's reason: what has been found is committed, for the rest see above.
  }
  return found
}

const TIPS = ['for-each-ref', '--format=%(objectname)', 'refs/heads']

function blobsNamed(root: string, names: readonly string[]): Blob[] {
  const answers = git(root, ['cat-file', '--batch-check=%(objectname) %(objecttype) %(objectsize)'], names)
  const blobs = new Map<string, Blob>()
  for (const answer of answers.toString('latin1').split('\n')) {
    const [, id, size] = /^([0-9a-f]{40,64}) blob ([0-9]+)$/.exec(answer) ?? []
    if (id !== undefined) blobs.set(id, { id, size: Number(size) })
  }
  return [...blobs.values()]
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

/** `cat-file --batch` answers a header line, the content and a newline for each (git-cat-file(1), "Batch output"). */
function searchBlobs(
  output: Buffer,
  blobs: readonly Blob[],
  wanted: ReadonlyMap<string, string>,
  found: Set<string>,
): void {
  let at = 0
  for (const { size } of blobs) {
    const start = output.indexOf(0x0a, at) + 1
    for (const line of output.toString('latin1', start, start + size).split('\n')) {
      const id = wanted.get(line.trimEnd())
      if (id !== undefined) found.add(id)
    }
    at = start + size + 1
  }
}

function git(root: string, args: readonly string[], input?: readonly string[]): Buffer {
  // A git hook's own variables would point this git at another repository or a half-made index.
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_'))
  const env = {
    ...Object.fromEntries(inherited),
    GIT_OPTIONAL_LOCKS: '0',
    GIT_NO_LAZY_FETCH: '1',
    LC_ALL: 'C',
  }
  // Loaded here, since hardly any command comes this far.
  return process.getBuiltinModule('node:child_process').execFileSync('git', args, {
    cwd: root,
    env,
    ...(input && { input: `${input.join('\n')}\n` }),
    stdio: ['pipe', 'pipe', 'ignore'],
    timeout: TIMEOUT_MS,
    maxBuffer: Number.POSITIVE_INFINITY,
  })
}
