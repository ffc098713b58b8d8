import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export const OWN_LOG = ['.kittify', 'events'] as const

/** The lines of all day files in a folder of a clone. */
export function linesIn(root: string, folder: readonly string[]): string[] {
  const path = join(root, ...folder)
  if (!existsSync(path)) return []
  return readdirSync(path)
    .filter((name) => /^\d{4}-.*\.jsonl$/.test(name))
    .flatMap((name) => readFileSync(join(path, name), 'utf8').split('\n').filter(Boolean))
}
