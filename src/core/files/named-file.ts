import { appendFileSync, createReadStream, readFileSync } from 'node:fs'
import { KittyError, systemCode } from '../errors/kitty-error.js'
import { storageError } from './storage-error.js'
import { onceFree } from '../platform/once-free.js'

/**
 * Reads a file that the user or the program itself names; links in its path are their choice.
 * @throws KittyError UsageError
 */
export function readNamedFile(path: string): Buffer {
  try {
    return onceFree(() => readFileSync(path))
  } catch (error) {
    throw unreadable(path, error)
  }
}

/**
 * As `readNamedFile`, but no further than the first byte past the limit: a device or a pipe may never end.
 * @param limit in bytes
 * @throws KittyError UsageError
 */
export async function readNamedStart(path: string, limit: number): Promise<Buffer> {
  try {
    return await readStart(createReadStream(path), limit)
  } catch (error) {
    throw unreadable(path, error)
  }
}

/** Reads a stream of bytes to its end, or to the first byte past the limit. */
export async function readStart(stream: AsyncIterable<unknown>, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of stream) {
    // Cast: a stream without an encoding gives bytes.
    const bytes = chunk as Buffer
    chunks.push(bytes)
    if ((size += bytes.length) > limit) break
  }
  return Buffer.concat(chunks)
}

function unreadable(path: string, cause: unknown): KittyError {
  const reason = cause instanceof Error ? cause.message : String(cause)
  const named = path === '' ? 'A file with an empty name' : path
  return new KittyError('UsageError', `${named} cannot be read: ${reason}`, {
    nextSteps: ['name a file that this user can read'],
    cause,
  })
}

/**
 * Appends to a file named by the environment, such as the summary of a CI step.
 * @throws KittyError DiskFull, NotWritable
 */
export function appendText(path: string, text: string): void {
  try {
    onceFree(() => appendFileSync(path, text))
  } catch (error) {
    if (systemCode(error) === undefined) throw error
    throw storageError(error, path, 'not stored')
  }
}
