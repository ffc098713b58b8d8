import { closeSync, constants, type Dirent, openSync, readdirSync, readFileSync } from 'node:fs'
import { systemCode } from '../errors/kitty-error.js'
import { onceFree } from '../platform/once-free.js'

/** Windows has no such flag. Node's types say otherwise. */
const NO_WAIT = (constants.O_NONBLOCK as number | undefined) ?? 0

/**
 * A file's bytes. Waits only for a program that, on Windows, does not share the file: a FIFO without a writer reads as
 * empty.
 * @throws the system's error
 */
export function readNow(path: string): Buffer {
  const fd = onceFree(() => openSync(path, constants.O_RDONLY | NO_WAIT))
  try {
    return readFileSync(fd)
  } finally {
    closeSync(fd)
  }
}

/**
 * A file's text; undefined when there is none.
 * @throws the system's error for any other failure
 */
export function readOptional(path: string): string | undefined {
  try {
    return readNow(path).toString('utf8')
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined
    throw error
  }
}

/** A folder's entries in no particular order; empty when it is missing or unreadable, which other checks report. */
export function entriesIn(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
  } catch (error) {
    if (systemCode(error) === undefined) throw error
    return []
  }
}

/** The JSON object in a file; an empty one when there is none, or nothing that can be read. */
export function jsonObject(path: string): object {
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'))
    return typeof value === 'object' && value !== null ? value : {}
  } catch {
    return {}
  }
}
