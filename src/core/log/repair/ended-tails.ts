import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { systemCode } from '../../errors/kitty-error.js'
import { readNow } from '../../files/read-optional.js'
import { onceFree } from '../../platform/once-free.js'
import { removeFile } from '../../platform/remove-path.js'

/** A torn tail that became its own line because git was at work and nothing could be cut. */
export interface EndedTail {
  readonly file: string
  /** Without the newline. */
  readonly bytes: number
  readonly crc32: number
}

/**
 * Records the tail for the next repair. Best effort: an unrecorded line stays in the log, where `verify` reports it.
 */
export function noteEnded(privateDir: string, tail: EndedTail): void {
  try {
    onceFree(() => appendFileSync(placeIn(privateDir), `${JSON.stringify(tail)}\n`, { mode: 0o600 }))
  } catch (error) {
    if (systemCode(error) === undefined) throw error
  }
}

/** Returns the recorded tails; empty if there are none. */
export function endedTails(privateDir: string): EndedTail[] {
  try {
    return readNow(placeIn(privateDir)).toString('utf8').split('\n').flatMap(parsed)
  } catch (error) {
    if (systemCode(error) === undefined) throw error
    return []
  }
}

export function forgetEnded(privateDir: string): void {
  removeFile(placeIn(privateDir))
}

function placeIn(privateDir: string): string {
  return join(privateDir, 'ended-tails')
}

function parsed(line: string): EndedTail[] {
  try {
    const value: unknown = JSON.parse(line)
    if (typeof value !== 'object' || value === null) return []
    if (!('file' in value && 'bytes' in value && 'crc32' in value)) return []
    const { file, bytes, crc32 } = value
    if (typeof file !== 'string' || typeof bytes !== 'number' || typeof crc32 !== 'number') return []
    return [{ file, bytes, crc32 }]
  } catch {
    return []
  }
}
