import { join } from 'node:path'
import { putPrivate } from '../files/put-private.js'
import { readPlain } from '../files/read-plain.js'

/** In bytes: enough for the names of many thousands of features. */
const LIMIT = 1024 * 1024

/** Saves which features are archived, for shell completion, which never reads the log. */
export function keepArchivedNames(privateDir: string, features: readonly string[]): void {
  putPrivate(fileIn(privateDir), Buffer.from(`${JSON.stringify(features)}\n`))
}

/** Returns the features that were archived as of the last save; empty if unknown. */
export function archivedNames(privateDir: string): ReadonlySet<string> {
  const read = readPlain(fileIn(privateDir), LIMIT)
  if (!read.ok) return new Set()
  try {
    const names: unknown = JSON.parse(read.bytes.toString('utf8'))
    return new Set(Array.isArray(names) ? names.filter((name) => typeof name === 'string') : [])
  } catch (error) {
    if (error instanceof SyntaxError) return new Set()
    throw error
  }
}

function fileIn(privateDir: string): string {
  return join(privateDir, 'archived.json')
}
