import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

export const SCHEMA_FILE = 'schemas/events.schema.json'

/** Writes the JSON Schema of all lines from the installed library's registry; a test fails when the file is stale. */
export async function writeSchema(root, path) {
  // Imported late: the other commands run before the library is built.
  const { createRegistry, eventJsonSchema } = await import('kitty-events')
  const file = join(root, path, SCHEMA_FILE)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, `${JSON.stringify(eventJsonSchema(createRegistry()), null, 2)}\n`)
  return file
}
