import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { systemCode } from '../../errors/kitty-error.js'
import { readWhole } from '../../files/open-file.js'
import { rewriteFile } from '../../files/rewrite-file.js'
import { storageError } from '../../files/storage-error.js'
import { rawLine } from '../archive/raw-line.js'
import type { RawLine } from '../event-log.js'

const LF = 0x0a
/** Git may replace a file while we rewrite it. */
const ATTEMPTS = 3

interface ReplaceOptions {
  readonly files?: Iterable<string>
  readonly other?: (line: Buffer) => Buffer
}

/**
 * Replaces the lines of events in every JSONL file of a folder. The caller holds the write lock.
 * @param ids only files that mention one of these are read line by line
 * @param replaced the line that takes a line's place
 * @param options `files` limits it to these; `other` gives what takes the place of a line that mentions an ID and is no
 * event
 * @returns how many lines changed
 * @throws KittyError
 */
export function replaceLines(
  folder: string,
  ids: readonly string[],
  replaced: (line: RawLine) => RawLine,
  { files, other = (line) => line }: ReplaceOptions = {},
): number {
  return [...(files ?? filesIn(folder))].reduce(
    (sum, name) => sum + replaceIn(join(folder, name), ids, replaced, other),
    0,
  )
}

function replaceIn(
  path: string,
  ids: readonly string[],
  replaced: (line: RawLine) => RawLine,
  other: (line: Buffer) => Buffer,
): number {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const before = readWhole(path)
    if (before === undefined || !ids.some((id) => before.bytes.includes(id))) return 0
    let changed = 0
    const lines = linesOf(before.bytes).map((bytes) => {
      if (!ids.some((id) => bytes.includes(id))) return bytes
      const line = rawLine(bytes)
      const after = line !== undefined && ids.includes(line.event_id) ? replaced(line).bytes : other(bytes)
      if (!after.equals(bytes)) changed += 1
      return after
    })
    if (changed === 0 || rewriteFile(path, lines, before.stats)) return changed
  }
  return 0
}

function linesOf(bytes: Buffer): Buffer[] {
  const lines: Buffer[] = []
  for (let start = 0; start < bytes.length;) {
    const newline = bytes.indexOf(LF, start)
    const end = newline < 0 ? bytes.length : newline + 1
    lines.push(bytes.subarray(start, end))
    start = end
  }
  return lines
}

function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort()
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return []
    throw storageError(error, folder, 'not readable')
  }
}
