import { closeSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { systemCode } from '../../errors/kitty-error.js'
import { linesIn, type LinePart, lineParts } from '../../files/line-parts.js'
import { openToRead } from '../../files/open-file.js'
import { rewriteFile } from '../../files/rewrite-file.js'
import { storageError } from '../../files/storage-error.js'
import { rawLine } from '../archive/raw-line.js'
import type { RawLine } from '../event-log.js'

/** Git may replace a file while we rewrite it. */
const ATTEMPTS = 3
const BACKSLASH = 0x5c
/** Every line holds an ID as short as `1` somewhere: a shorter ID is mentioned only by a string of its own. */
const SHORTEST_WORD = 6

interface ReplaceOptions {
  readonly files?: Iterable<string>
  readonly other?: (line: Buffer) => Buffer
}

/**
 * Replaces the lines of events in every file of a folder, and in none of the folders below it. The caller holds the write lock.
 * @param ids only files that mention one of these, or hold an escape that may spell one, are read line by line
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
  const mentions = ids.flatMap(mentionsOf)
  const names = (bytes: Buffer): boolean => mentions.some((mention) => bytes.includes(mention))
  // Other programs write some characters of their IDs as escapes.
  const mayName = (bytes: Buffer): boolean => names(bytes) || bytes.includes(BACKSLASH)
  const replacement = (bytes: Buffer): Buffer => {
    if (!mayName(bytes)) return bytes
    const line = rawLine(bytes)
    if (line !== undefined && ids.includes(line.event_id)) return replaced(line).bytes
    return names(bytes) ? other(bytes) : bytes
  }
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const before = openToRead(path)
    if (before === undefined) return 0
    let changed = 0
    for (const { bytes, isLines } of partsOf(path, before.fd))
      if (isLines && mayName(bytes))
        for (const line of linesIn(bytes)) if (!replacement(line).equals(line)) changed += 1
    if (changed === 0 || rewriteFile(path, contentOf(path, replacement), before.stats)) return changed
  }
  return 0
}

/** How JSON spells a text that mentions the ID, also within a text. */
function mentionsOf(id: string): string[] {
  if (id.length >= SHORTEST_WORD) return [id]
  const quoted = JSON.stringify(id)
  return [quoted, JSON.stringify(quoted).slice(1, -1)]
}

/** The file's new content. An overlong line, which is no event, stays. */
function* contentOf(path: string, replacement: (line: Buffer) => Buffer): Generator<Buffer> {
  const now = openToRead(path)
  if (now === undefined) return
  for (const { bytes, isLines } of partsOf(path, now.fd))
    yield isLines ? Buffer.concat([...linesIn(bytes)].map(replacement)) : bytes
}

/** Closes the file at its end: Windows replaces no file that is open. */
function* partsOf(path: string, fd: number): Generator<LinePart> {
  try {
    yield* lineParts(fd)
  } catch (error) {
    throw storageError(error, path, 'not readable')
  } finally {
    closeSync(fd)
  }
}

function filesIn(folder: string): string[] {
  try {
    const entries = readdirSync(folder, { withFileTypes: true })
    // Kitty makes no folders there, and looks into none.
    const files = entries.filter((entry) => !entry.isDirectory())
    return files.map(({ name }) => name).sort()
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return []
    throw storageError(error, folder, 'not readable')
  }
}
