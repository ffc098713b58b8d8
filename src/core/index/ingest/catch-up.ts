import type { MergeOptions } from '../../events-lib.js'
import type { EventLog, LogLine } from '../../log/event-log.js'
import type { ConflictResolution } from './conflict-resolution.js'
import type { EventIndex, IndexWriter, Watermark } from '../event-index.js'
import { distrustVanished, readFile, resumeAt, START } from './file-read.js'
import { Ingest } from './ingest.js'
import { moveOrRevoke } from '../journal-mark.js'
import { ingestOwn, type OwnAppend } from './own-append.js'

export interface CatchUpReport {
  /** Number of lines read, valid or not. */
  readonly lines: number
  /** Files that were rewritten, cut or removed since they were read, rather than only appended to. */
  readonly rewritten: readonly string[]
  /** Conflicts found or settled in what was read. Each is reported once in the life of an index. */
  readonly resolutions: readonly ConflictResolution[]
  /** Whether the end of that file holds exactly the lines that the caller has appended. */
  readonly foundOwn: boolean
}

export interface CatchUpOptions {
  readonly appended?: OwnAppend | undefined
  /** Called after every batch with the number of lines read so far. */
  readonly progress?: ((lines: number) => void) | undefined
  /** Called with every batch of lines that was read, once more for a file that has to be read again. */
  readonly seen?: ((lines: readonly LogLine[]) => void) | undefined
  /** Called when every row is inserted, before states are computed from the rows. */
  readonly filled?: (() => Promise<void>) | undefined
}

const NONE: ReadonlySet<string> = new Set()
/** Git rarely replaces a file mid-read, let alone twice in a row; give up after four attempts. */
const ATTEMPTS = 4
const NOTHING: CatchUpReport = { lines: 0, rewritten: [], resolutions: [], foundOwn: false }

/**
 * Brings an index up to date with the files: lines appended or merged in, files rewritten or removed. Costs a directory
 * listing when nothing has changed, and reads only the new bytes of files that were appended to.
 * @throws IndexUnusable when the index cannot be written
 */
export async function catchUp(
  log: EventLog,
  index: EventIndex,
  options: CatchUpOptions = {},
): Promise<CatchUpReport> {
  if (options.appended === undefined && (await index.freshness(log.list())).isUpToDate) return NOTHING
  for (let attempt = 1; ; attempt += 1) {
    // Compare again inside the transaction: another process may have caught up since.
    const { report, isSure } = await index.write((writer) =>
      ingestChanges(log, writer, index.foldRules, options),
    )
    if (isSure || attempt === ATTEMPTS) return report
  }
}

interface Ingested {
  readonly report: CatchUpReport
  /** False when a file was replaced between listing and reading it, so what we read cannot be trusted. */
  readonly isSure: boolean
}

async function ingestChanges(
  log: EventLog,
  writer: IndexWriter,
  foldRules: MergeOptions,
  options: CatchUpOptions,
): Promise<Ingested> {
  const { appended } = options
  if (appended) {
    const own = await ingestOwn(log, writer, foldRules, appended)
    if (own) {
      const { isSure, ...report } = own
      return { report: { ...report, rewritten: [] }, isSure }
    }
  }
  const marks = new Map((await writer.watermarks()).map((mark) => [mark.file, mark]))
  const files = log.list()
  const present = new Set(files.map((file) => file.name))
  const changed = files.filter((file) => marks.get(file.name)?.identity !== file.identity)
  const positions = new Map(
    changed.map((file) => [
      file.name,
      resumeAt(log, marks.get(file.name), file, appended?.file === file.name),
    ]),
  )
  const lost = [...marks.keys()].filter((file) => !present.has(file) || positions.get(file) === START)
  const ingest = await Ingest.begin(log, writer, foldRules, marks.size === 0)
  const again = await ingest.forget(lost, [...marks.keys()])
  let lines = 0
  let isSure = true
  let foundOwn = false
  const read: Watermark[] = []
  try {
    for (const file of files) {
      const from = again.has(file.name) ? START : positions.get(file.name)
      if (from === undefined) continue
      const own = appended?.file === file.name ? appended.ids : NONE
      const found = await readFile(log, ingest, file, from, own, (n, batch) => {
        options.progress?.(lines + n)
        options.seen?.(batch)
      })
      lines += found.lines
      isSure &&= found.isSure
      foundOwn ||= found.foundOwn
      read.push(found.mark)
    }
    await ingest.handOver()
    // Write watermarks last: each write waits for the pending rows, and no reading happens while it waits.
    for (const mark of read) await writer.putWatermark(mark)
  } finally {
    // Wait even after a failure: pending rows would otherwise be inserted after the transaction has ended.
    await ingest.taken()
  }
  await options.filled?.()
  const resolutions = await ingest.settle()
  isSure &&= await distrustVanished(writer, ingest)
  const isUndisturbed = isSure && lost.length === 0 && (appended === undefined || foundOwn)
  await moveOrRevoke(writer, appended?.journal, isUndisturbed)
  return { report: { lines, rewritten: lost, resolutions, foundOwn }, isSure }
}
