import { isKittyError } from '../../errors/kitty-error.js'
import { Append } from '../../files/append-file.js'
import { syncFolder } from '../../files/open-file.js'
import { storageError } from '../../files/storage-error.js'
import { makeFolder } from '../../git/shared-folder.js'
import type { RawLine } from '../event-log.js'
import { compress, replaceDay } from './compress-day.js'
import { type ArchivedDay, archivedDays, lineBytes, linesOfDay, pathsOf } from './day-parts.js'
import { sizeOf } from '../../files/open-file.js'
import { readIds, sortedIds, writeIds } from './id-list.js'
import { forgetDamaged } from './mend-day.js'
import { isRedacted, rawLine, winner } from './raw-line.js'
import { renameOver } from '../../platform/rename-over.js'
import { removeFile, removeTree } from '../../platform/remove-path.js'

export { archivedDays }

/**
 * Implements `Archive.begin`. Builds the archive in a sibling folder, so a crash never leaves an archive that lacks
 * lines.
 */
export async function beginArchive(
  folder: string,
  lines: Iterable<readonly RawLine[]>,
  day: string,
): Promise<void> {
  const unfinished = `${folder}.new`
  try {
    removeTree(unfinished)
    makeFolder(unfinished, 0o700)
    for (const batch of lines) append(unfinished, batch, day)
    await idsOfDay(unfinished, day, true)
    renameOver(unfinished, folder)
  } catch (error) {
    throw storageError(error, folder, 'not stored')
  }
}

/**
 * Implements `Archive.add`, without compressing. Writes the lines before the ID list: after a crash in between, the
 * list is rebuilt. Leaves out what the day has: a command that archives and then fails is run again.
 */
export function addLines(folder: string, lines: readonly RawLine[], day: string): void {
  if (lines.length === 0) return
  const paths = pathsOf(folder, day)
  const known = readIds(paths.ids, lineBytes(paths)) ?? (lineBytes(paths) === 0 ? [] : undefined)
  const has = new Set(known)
  const fresh = lines.filter(({ event_id, bytes }) => !has.has(event_id) || isRedacted(bytes))
  append(folder, fresh, day)
  if (known === undefined) return
  try {
    writeIds(paths.ids, lineBytes(paths), sortedIds([...known, ...fresh.map(({ event_id }) => event_id)]))
  } catch (error) {
    // The lines are stored, and the IDs can be read from them. Failing here would store them again with the next command.
    if (!isKittyError(error)) throw error
  }
}

/** Compresses every past day. */
export async function compressDays(folder: string, today: string): Promise<void> {
  for (const day of archivedDays(folder)) {
    if (day < today && sizeOf(pathsOf(folder, day).plain) > 0) {
      await compress(folder, day)
      await idsOfDay(folder, day, true)
    }
  }
}

/**
 * Returns the day's IDs, sorted. Reads them from the lines when the list does not match.
 * @param keep Save the list that was read from the lines.
 */
export async function idsOfDay(folder: string, day: string, keep = false): Promise<string[]> {
  const paths = pathsOf(folder, day)
  const bytes = lineBytes(paths)
  const known = readIds(paths.ids, bytes)
  if (known !== undefined) return known
  const found: string[] = []
  for await (const line of linesOfDay(paths)) {
    const id = rawLine(line)?.event_id
    if (id !== undefined) found.push(id)
  }
  const ids = sortedIds(found)
  if (keep && bytes > 0) writeIds(paths.ids, bytes, ids)
  return ids
}

/** Implements `Archive.lines`. Reads only the days whose list names one of the IDs. */
export async function findLines(folder: string, wanted: ReadonlySet<string>): Promise<RawLine[]> {
  const found = new Map<string, RawLine>()
  for (const day of archivedDays(folder)) {
    if (!(await idsOfDay(folder, day)).some((id) => wanted.has(id))) continue
    for await (const bytes of linesOfDay(pathsOf(folder, day))) {
      const line = rawLine(bytes)
      if (line === undefined || !wanted.has(line.event_id)) continue
      const other = found.get(line.event_id)
      // Copy the bytes: `line.bytes` is a view of a whole chunk.
      if (other === undefined) found.set(line.event_id, { ...line, bytes: Buffer.from(bytes) })
      else if (!other.bytes.equals(bytes))
        found.set(line.event_id, winner(other, { ...line, bytes: Buffer.from(bytes) }))
    }
  }
  return [...found.values()]
}

/** Implements `Archive.days`. */
export async function sizes(folder: string): Promise<ArchivedDay[]> {
  const days: ArchivedDay[] = []
  for (const day of archivedDays(folder)) {
    const paths = pathsOf(folder, day)
    const bytes = sizeOf(paths.plain) + sizeOf(paths.compressed) + sizeOf(paths.ids)
    days.push({ day, bytes, events: (await idsOfDay(folder, day)).length })
  }
  return days
}

/** Implements `Archive.rewrite`. */
export async function rewriteDays(
  folder: string,
  change: (line: RawLine) => Buffer | undefined,
  today: string,
  before = '9999',
): Promise<number> {
  let changed = 0
  for (const day of archivedDays(folder)) {
    if (day >= before) continue
    const differs = (line: RawLine): boolean => change(line)?.equals(line.bytes) !== true
    let ofDay = 0
    for await (const bytes of linesOfDay(pathsOf(folder, day))) {
      const line = rawLine(bytes)
      if (line !== undefined && differs(line)) ofDay += 1
    }
    if (ofDay === 0) continue
    await replaceDay(folder, day, (bytes) => {
      const line = rawLine(bytes)
      return line === undefined ? bytes : change(line)
    })
    changed += ofDay
    const { plain, ids } = pathsOf(folder, day)
    if (sizeOf(plain) > 0) await idsOfDay(folder, day, true)
    else for (const path of [plain, ids]) removeFile(path)
  }
  // What a file that was set aside holds, no one can say.
  forgetDamaged(folder, before)
  await compressDays(folder, today)
  return changed
}

const LINES_AT_ONCE = 1_000

/** Durable when it returns. If it fails, nothing of the append remains. */
function append(folder: string, lines: readonly RawLine[], day: string): void {
  if (lines.length === 0) return
  const file = Append.open(pathsOf(folder, day).plain, true)
  try {
    for (let at = 0; at < lines.length; at += LINES_AT_ONCE)
      file.write(Buffer.concat(lines.slice(at, at + LINES_AT_ONCE).map(({ bytes }) => bytes)))
    file.sync()
    syncFolder(folder)
  } catch (error) {
    file.cutBack()
    throw storageError(error, file.path, 'not stored')
  } finally {
    file.close()
  }
}
