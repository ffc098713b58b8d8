import { inodeOf } from '../../files/open-file.js'
import type { EventLog, LogFile, LogLine, ScanPosition } from '../../log/event-log.js'
import { MAX_LINE_BYTES } from '../../log/format/line-codec.js'
import type { EventIndex, IndexWriter, Watermark } from '../event-index.js'
import type { Ingest } from './ingest.js'

export const START: ScanPosition = { offset: 0, line: 0, crc: 0 }

/** Returns where to go on reading: the watermark, if the file only grew since; else the start. */
export function resumeAt(
  log: EventLog,
  mark: Watermark | undefined,
  file: LogFile,
  /** The caller appended to it on an up-to-date index, so its prefix is not checked again. */
  isOwn: boolean,
): ScanPosition {
  if (mark === undefined) return START
  if (isOwn && goesOn(mark, file)) return mark
  // What was said of a tail too long to be a line is no longer true when more of it has come.
  if (mark.size - mark.offset > MAX_LINE_BYTES) return START
  return log.prefixCrc(file.name, mark.offset) === mark.crc ? mark : START
}

/** A different inode means that another file was put there, even though we hold the lock. */
export function goesOn(mark: Watermark | undefined, file: LogFile): boolean {
  return mark === undefined || (file.size >= mark.offset && inodeOf(mark.identity) === inodeOf(file.identity))
}

export interface FileRead {
  /** The watermark to store once the file's rows are inserted. */
  readonly mark: Watermark
  readonly lines: number
  readonly isSure: boolean
  readonly foundOwn: boolean
}

/** Ingests what a file has from there on. */
export async function readFile(
  log: EventLog,
  ingest: Ingest,
  file: LogFile,
  from: ScanPosition,
  own: ReadonlySet<string>,
  /** Gets the number of lines so far, and those just read. */
  progress: (lines: number, batch: readonly LogLine[]) => void,
): Promise<FileRead> {
  if (from === START) ingest.begins(file.name)
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

/** Makes the next catch-up read the whole file again and refold every state built from it. */
export async function distrust(index: EventIndex, file: string): Promise<void> {
  const mark = (await index.watermarks()).find((known) => known.file === file)
  // No file has this identity, and no file's bytes have this checksum.
  if (mark) await index.write((writer) => writer.putWatermark(distrusted(mark)))
}

/** The next catch-up reads these files again. @returns whether there were none */
export async function distrustVanished(writer: IndexWriter, { vanished }: Ingest): Promise<boolean> {
  for (const mark of vanished.size === 0 ? [] : await writer.watermarks())
    if (vanished.has(mark.file)) await writer.putWatermark(distrusted(mark))
  return vanished.size === 0
}

function distrusted(mark: Watermark): Watermark {
  return { ...mark, identity: '', crc: -1 }
}
