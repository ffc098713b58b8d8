import { closeSync, constants } from 'node:fs'
import { discard, readWhole, writeFully } from '../../files/open-file.js'
import { storageError } from '../../files/storage-error.js'
import { shareNewFile } from '../../git/new-file-mode.js'
import { renameOver } from '../../platform/rename-over.js'
import { openRegular } from '../../platform/open-regular.js'

/**
 * Reads the sorted IDs of one archived day. The first line says how many bytes of lines the list covers and how many
 * IDs follow; then comes one ID per line. The list is derived: if it does not match, the IDs are read from the lines
 * again.
 */
export function readIds(path: string, bytes: number): string[] | undefined {
  const text = readWhole(path)?.bytes.toString('utf8')
  if (text === undefined) return undefined
  const [head, ...ids] = text.split('\n')
  // A complete list ends in a newline.
  if (head !== header(bytes, ids.length - 1) || ids.pop() !== '') return undefined
  return ids
}

/** @param ids Sorted, without repeats. */
export function writeIds(path: string, bytes: number, ids: readonly string[]): void {
  // A fixed name: only the lock holder writes it, so a crash leaves at most one such file.
  const temporary = `${path}.tmp`
  try {
    const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC
    const descriptor = openRegular(temporary, flags, 0o600)
    try {
      shareNewFile(descriptor, temporary)
      writeFully(descriptor, Buffer.from(`${[header(bytes, ids.length), ...ids].join('\n')}\n`))
    } finally {
      closeSync(descriptor)
    }
    renameOver(temporary, path)
  } catch (error) {
    discard(temporary)
    throw storageError(error, path, 'not stored')
  }
}

export function sortedIds(ids: Iterable<string>): string[] {
  return [...new Set(ids)].sort()
}

function header(bytes: number, ids: number): string {
  return JSON.stringify({ bytes, ids })
}
