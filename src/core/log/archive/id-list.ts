import { closeSync, constants, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import { NO_SURPRISES, readWhole } from '../../files/open-file.js'
import { storageError } from '../../files/storage-error.js'

/**
 * The sorted ids of one archived day: a first line that says how many bytes of lines it covers and how many ids follow,
 * then one id per line. It is derived: one that does not fit is read from the lines again.
 */
export function readIds(path: string, bytes: number): string[] | undefined {
  const text = readWhole(path)?.bytes.toString('latin1')
  if (text === undefined) return undefined
  const [head = '', ...ids] = text.split('\n')
  // A whole list ends in a newline.
  if (head !== header(bytes, ids.length - 1) || ids.pop() !== '') return undefined
  return ids
}

/** @param ids Sorted, each once. */
export function writeIds(path: string, bytes: number, ids: readonly string[]): void {
  // One name, since only the lock's holder comes here: a crash leaves at most one of it.
  const temporary = `${path}.tmp`
  try {
    const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | NO_SURPRISES
    const descriptor = openSync(temporary, flags, 0o600)
    try {
      const content = Buffer.from(`${[header(bytes, ids.length), ...ids].join('\n')}\n`, 'latin1')
      for (let done = 0; done < content.length;) done += writeSync(descriptor, content, done)
    } finally {
      closeSync(descriptor)
    }
    renameSync(temporary, path)
  } catch (error) {
    rmSync(temporary, { force: true })
    throw storageError(error, path, 'not stored')
  }
}

export function sortedIds(ids: Iterable<string>): string[] {
  return [...new Set(ids)].sort()
}

function header(bytes: number, ids: number): string {
  return JSON.stringify({ bytes, ids })
}
