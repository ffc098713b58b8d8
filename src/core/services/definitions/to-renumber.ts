import { basename } from 'node:path'
import { toRun } from '../../errors/next-step.js'

/** How one of several files with one ID gets an ID of its own: the end of a sentence. */
export function toRenumber(feature: string, { id, files }: { id: string; files: readonly string[] }): string {
  const words = ['kitty', 'renumber', `${feature}/${id}`, basename(files.at(-1) ?? '')]
  return toRun(words, '; one gets a number of its own with:')
}
