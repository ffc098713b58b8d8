import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { FileArchive } from '../../src/core/log/archive/archive.js'
import type { RawLine } from '../../src/core/log/event-log.js'
import { noteLine, ulid } from './events.js'
import { tempFolder } from './temp-folder.js'

/** The archived line of `note(seed)`. */
export function line(seed: number, text = `note ${seed}`): RawLine {
  const bytes = Buffer.from(noteLine(seed, { payload: { feature_slug: '001-login', text } }))
  return { event_id: ulid(seed), timestamp: '2026-11-22T09:30:00.000Z', bytes }
}

/** The line that a redaction leaves of `line(seed)`. */
export function redacted(seed: number): RawLine {
  const stub = {
    ...(JSON.parse(noteLine(seed)) as object),
    payload: { feature_slug: '001-login', redacted: 'a token' },
  }
  return { ...line(seed), bytes: Buffer.from(`${JSON.stringify(stub)}\n`) }
}

/** The bytes of these lines, as one file holds them. */
export function bytesOf(lines: readonly RawLine[]): Buffer {
  return Buffer.concat(lines.map(({ bytes }) => bytes))
}

/** An archive in a folder that is not there yet, and what it warns of. */
export function archiveIn(): { archive: FileArchive; folder: string; warnings: string[] } {
  const folder = join(tempFolder(), 'events')
  const warnings: string[] = []
  return { archive: new FileArchive(folder, (message) => warnings.push(message)), folder, warnings }
}

export async function allIds(archive: FileArchive): Promise<string[]> {
  const ids: string[] = []
  for await (const ofDay of archive.ids()) ids.push(...ofDay)
  return ids
}

/** The names in a folder, sorted. */
export function namesIn(folder: string): string[] {
  return readdirSync(folder).sort()
}
