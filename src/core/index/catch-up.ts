import type { MergeOptions } from '../events-lib.js'
import type { EventLog, LogFile, ScanPosition } from '../log/event-log.js'
import { inodeOf } from '../files/open-file.js'
import { Ingest } from './ingest.js'
import type { ConflictResolution } from './conflict-resolution.js'
import { settleAll } from './settle-all.js'
import {
  type EventIndex,
  type IndexWriter,
  type JournalMark,
  UNCHECKED,
  type Watermark,
} from './event-index.js'

export interface CatchUpReport {
  /** Lines read, good or not. */
  readonly lines: number
  /** Files that were not merely appended to: rewritten, cut or removed since they were read. */
  readonly rewritten: readonly string[]
  /** Conflicts met or settled in what was read, each answered once in the life of an index. */
  readonly resolutions: readonly ConflictResolution[]
  /** Whether what the caller had appended was read, line for line, and nothing else in that file. */
  readonly foundOwn: boolean
}

export interface CatchUpOptions {
  readonly appended?: OwnAppend | undefined
  /** Called after every batch with the number of lines read so far. */
  readonly progress?: ((lines: number) => void) | undefined
  /** Called when every row is in, before states are settled from them. */
  readonly filled?: (() => Promise<void>) | undefined
}

/** What the caller wrote itself, having held the write lock since the index was last brought up to date. */
export interface OwnAppend {
  /** Only its end can have changed: its prefix is not checked again. */
  readonly file: string
  /** By id: a line that git put in the place of another is as good a line, and may be as long. */
  readonly ids: ReadonlySet<string>
  /**
   * The journal's end: its lines up to there are in the log if these lines, and no others, are found. Undefined while
   * the fate of earlier ones is not known.
   */
  readonly journal: JournalMark | undefined
}

const START: ScanPosition = { offset: 0, line: 0, crc: 0 }
const NONE: ReadonlySet<string> = new Set()
/** Git replaces a file while it is read hardly once, and hardly ever twice. */
const ATTEMPTS = 4
const NOTHING: CatchUpReport = { lines: 0, rewritten: [], resolutions: [], foundOwn: false }

/**
 * Brings an index up to date with whatever the files hold now: appended, merged in, rewritten, removed.
 * Costs a directory listing when nothing changed, and only the new bytes when files were appended to.
 * @throws IndexUnusable when the index cannot be written.
 */
export async function catchUp(
  log: EventLog,
  index: EventIndex,
  options: CatchUpOptions = {},
): Promise<CatchUpReport> {
  if (options.appended === undefined && (await index.freshness(log.list())).isUpToDate) return NOTHING
  for (let attempt = 1; ; attempt += 1) {
    // Looked at again inside the transaction: another process may have caught up in the meantime.
    const { report, isSure } = await index.write((writer) =>
      ingestChanges(log, writer, index.foldRules, options),
    )
    if (isSure || attempt === ATTEMPTS) return report
  }
}

/** Makes the next catch-up read the whole file again and refold what it had been read for. */
export async function distrust(index: EventIndex, file: string): Promise<void> {
  const mark = (await index.watermarks()).find((known) => known.file === file)
  // No file's bytes have this checksum, and no file has this identity.
  if (mark) await index.write((writer) => writer.putWatermark(distrusted(mark)))
}

function distrusted(mark: Watermark): Watermark {
  return { ...mark, identity: '', crc: -1 }
}

interface Ingested {
  readonly report: CatchUpReport
  /** False when a file was replaced between being looked at and being read: what was read of it is not to be trusted. */
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
      const found = await readFile(log, ingest, file, from, own, (n) => options.progress?.(lines + n))
      lines += found.lines
      isSure &&= found.isSure
      foundOwn ||= found.foundOwn
      read.push(found.mark)
    }
    await ingest.handOver()
    // At the end: each would wait for the rows on their way, while nothing is read.
    for (const mark of read) await writer.putWatermark(mark)
  } finally {
    // Whatever ended the reading: rows still on their way would otherwise come in after the transaction's end.
    await ingest.taken()
  }
  await options.filled?.()
  const resolutions = await ingest.settle()
  await markJournal(writer, appended, isSure && lost.length === 0 && (appended === undefined || foundOwn))
  return { report: { lines, rewritten: lost, resolutions, foundOwn }, isSure }
}

/**
 * The lines that the caller has just written, alone: what else has changed meanwhile is for the next who looks.
 * Undefined when the file does not simply go on where it was last read, or others have written to it too.
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
  const { lines, isSure, foundOwn } = read
  const [resolutions] = await settleAll([
    ingest.settle(),
    writer.putWatermark(read.mark),
    markJournal(writer, appended, isSure && foundOwn),
  ])
  return { report: { lines, rewritten: [], resolutions, foundOwn }, isSure }
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

/** Lines the journal was checked for may be gone with what was rewritten, or with what git put in the append's place. */
async function markJournal(
  writer: IndexWriter,
  appended: OwnAppend | undefined,
  isUndisturbed: boolean,
): Promise<void> {
  if (!isUndisturbed) await writer.putJournalMark(UNCHECKED)
  else if (appended?.journal) await writer.putJournalMark(appended.journal)
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

/** An inode of its own means that somebody put another file there, whoever holds the lock. */
function goesOn(mark: Watermark | undefined, file: LogFile): boolean {
  return mark === undefined || (file.size >= mark.offset && inodeOf(mark.identity) === inodeOf(file.identity))
}

interface FileRead {
  /** How far, once its rows are in. */
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
  progress: (lines: number) => void,
): Promise<FileRead> {
  const scan = log.scan(file.name, from)
  let step = scan.next()
  let lines = 0
  let owned = 0
  while (!step.done) {
    lines += step.value.length
    if (own.size > 0) owned += step.value.filter(({ event }) => event && own.has(event.event_id)).length
    await ingest.ingest(file.name, step.value)
    progress(lines)
    step = scan.next()
  }
  const { offset, line, crc, identity } = step.value
  const mark = { file: file.name, identity, size: file.size, offset, line, crc }
  // From the start on, whatever file it is has been read whole. Further on, it must be the one that was looked at.
  const isSure = from === START || inodeOf(identity) === inodeOf(file.identity)
  return {
    mark: isSure ? mark : distrusted(mark),
    lines,
    isSure,
    foundOwn: own.size > 0 && owned === own.size && lines === own.size,
  }
}
