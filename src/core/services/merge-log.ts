import { KittyError } from '../errors/kitty-error.js'
import { mergeLines } from '../log/format/merge-lines.js'
import { readWhole } from '../files/open-file.js'
import { replaceFile } from '../files/replace-file.js'

/**
 * The log's merge driver: `ours` becomes the set union of three versions of one day's file, whole or not at all. It
 * runs once a file inside git's merge, in any repository: no container, no index, no `.kittify`.
 * docs/formats.md, "Merging".
 * @param base Empty or missing where the file was made on both sides.
 * @throws KittyError before anything is written.
 */
export function mergeLog(base: string, ours: string, theirs: string): void {
  const versions = [readWhole(base)?.bytes ?? Buffer.alloc(0), version(ours), version(theirs)]
  replaceFile(ours, mergeLines(versions).bytes)
}

function version(path: string): Buffer {
  const whole = readWhole(path)
  if (whole !== undefined) return whole.bytes
  throw new KittyError('DamagedData', `${path} is not there: there is nothing to merge`, {
    nextSteps: ['git runs this command: see merge.kitty-events.driver in git config'],
    context: { path },
  })
}
