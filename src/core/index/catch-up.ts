import type { MergeOptions } from '../events-lib.js'
import type { EventLog, LogFile, LogLine, ScanPosition } from '../log/event-log.js'
import { inodeOf } from '../files/open-file.js'
import { Ingest } from './ingest.js'
import type { ConflictResolution } from './conflict-resolution.js'
import { settleAll } from './settle-all.js'
import type { EventIndex, IndexWriter, Watermark } from './event-index.js'
import { type MarkMove, moveMark, revoked } from './journal-mark.js'

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

/** What the caller appended itself while holding the write lock, on an index that was up to date. */
export interface OwnAppend {
  /** Only the end of this file can have changed, so its prefix is not checked again. */
  readonly file: string
  /** Compared by ID: a line that git put in place of another is also valid, and may have the same length. */
  readonly ids: ReadonlySet<string>
  /**
   * The journal's end. If we find these lines and no others, the log holds the journal's lines up to there. Undefined
   * while the fate of earlier lines is unknown.
   */
  readonly journal: MarkMove | undefined
}

const START: ScanPosition = { offset: 0, line: 0, crc: 0 }
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

/** Makes the next catch-up read the whole file again and refold every state built from it. */
export async function distrust(index: EventIndex, file: string): Promise<void> {
  const mark = (await index.watermarks()).find((known) => known.file === file)
  // No file has this identity, and no file's bytes have this checksum.
  if (mark) await index.write((writer) => writer.putWatermark(distrusted(mark)))
}

/** The next catch-up reads these files again. @returns whether there were none */
async function distrustVanished(writer: IndexWriter, { vanished }: Ingest): Promise<boolean> {
  for (const mark of vanished.size === 0 ? [] : await writer.watermarks())
    if (vanished.has(mark.file)) await writer.putWatermark(distrusted(mark))
  return vanished.size === 0
}

function distrusted(mark: Watermark): Watermark {
  return { ...mark, identity: '', crc: -1 }
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
    const ingested = await ingestOwn(log, writer, foldRules, appended)
    if (ingested) return ingested
  }
  const marks = new Map((await writer.watermarks()).map((mark) => [mark.file, mark]))
  const files = log.list()
  const present = new Set(files.map((file) => file.name))
  const changed = files.filter((file) => marks.get(file.name)?.identity !== file.identity)
  const positions = new Map(
    changed.map((file) => [file.name, resumeAt(log, marks.get(file.name), file, options)]),
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
  await markJournal(writer, appended, isSure && lost.length === 0 && (appended === undefined || foundOwn))
  return { report: { lines, rewritten: lost, resolutions, foundOwn }, isSure }
}

/**
 * Ingests only the lines that the caller has just written; the next reader picks up any other change. Returns undefined
 * when the file does not simply continue from its watermark.
 */
async function ingestOwn(
  log: EventLog,
  writer: IndexWriter,
  foldRules: MergeOptions,
  appended: OwnAppend,
): Promise<Ingested | undefined> {
  const file = log.find(appended.file)
  const [mark, ingest] = await settleAll([
    writer.watermark(appended.file),
    Ingest.begin(log, writer, foldRules, false),
  ])
  if (file === undefined || !goesOn(mark, file)) return undefined
  const read = await readOwn(log, ingest, file, mark ?? START, appended.ids)
  const { lines, isSure } = read
  const foundOwn = read.foundOwn || (await isTaken(writer, mark, read, appended.ids))
  const [resolutions] = await settleAll([
    ingest.settle(),
    writer.putWatermark(read.mark),
    markJournal(writer, appended, isSure && foundOwn),
  ])
  const isWhole = await distrustVanished(writer, ingest)
  return { report: { lines, rewritten: [], resolutions, foundOwn }, isSure: isSure && isWhole }
}

/** Whether a reader, who needs no lock, has taken these lines in already, from the file as it is now. */
async function isTaken(
  writer: IndexWriter,
  before: Watermark | undefined,
  { lines, mark }: FileRead,
  ids: ReadonlySet<string>,
): Promise<boolean> {
  return lines === 0 && before?.identity === mark.identity && (await writer.absent([...ids])).length === 0
}

async function readOwn(
  log: EventLog,
  ingest: Ingest,
  file: LogFile,
  from: ScanPosition,
  own: ReadonlySet<string>,
): Promise<FileRead> {
  try {
    const read = await readFile(log, ingest, file, from, own, () => undefined)
    await ingest.handOver()
    return read
  } finally {
    await ingest.taken()
  }
}

/**
 * Revokes the mark after a disturbance: lines that the mark vouches for may be lost in a rewritten file, or in one that
 * git put in place of the append.
 */
async function markJournal(
  writer: IndexWriter,
  appended: OwnAppend | undefined,
  isUndisturbed: boolean,
): Promise<void> {
  if (!isUndisturbed) await writer.putJournalMark(revoked())
  else if (appended?.journal) await moveMark(writer, appended.journal)
}

function resumeAt(
  log: EventLog,
  mark: Watermark | undefined,
  file: LogFile,
  options: CatchUpOptions,
): ScanPosition {
  if (mark === undefined || file.size < mark.offset) return START
  if (options.appended?.file === file.name && goesOn(mark, file)) return mark
  return log.prefixCrc(file.name, mark.offset) === mark.crc ? mark : START
}

/** A different inode means that another file was put there, even though we hold the lock. */
function goesOn(mark: Watermark | undefined, file: LogFile): boolean {
  return mark === undefined || (file.size >= mark.offset && inodeOf(mark.identity) === inodeOf(file.identity))
}

interface FileRead {
  /** The watermark to store once the file's rows are inserted. */
  readonly mark: Watermark
  readonly lines: number
  readonly isSure: boolean
  readonly foundOwn: boolean
}

async function readFile(
  log: EventLog,
  ingest: Ingest,
  file: LogFile,
  from: ScanPosition,
  own: ReadonlySet<string>,
  /** Gets the number of lines so far, and those just read. */
  progress: (lines: number, batch: readonly LogLine[]) => void,
): Promise<FileRead> {
  const scan = log.scan(file.name, from)
  let step = scan.next()
  let lines = 0
  let owned = 0
  while (!step.done) {
    lines += step.value.length
    if (own.size > 0) owned += step.value.filter(({ event }) => event && own.has(event.event_id)).length
    await ingest.ingest(file.name, step.value)
    progress(lines, step.value)
    step = scan.next()
  }
  const { offset, line, crc, identity } = step.value
  const mark = { file: file.name, identity, size: file.size, offset, line, crc }
  // A read from the start covers the whole file, even if it was replaced. A read from later on must be of the listed
  // file.
  const isSure = from === START || inodeOf(identity) === inodeOf(file.identity)
  return {
    mark: isSure ? mark : distrusted(mark),
    lines,
    isSure,
    foundOwn: own.size > 0 && owned === own.size && lines === own.size,
  }
}
