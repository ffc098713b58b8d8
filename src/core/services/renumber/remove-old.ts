import { basename } from 'node:path'
import { KittyError } from '../../errors/kitty-error.js'
import { holds, savedByOthers, TRIES } from '../../files/put-over.js'
import { putInside, removeInside } from '../../files/work-tree.js'
import { renumbered } from '../../specs/new-package.js'
import { readSpecFile } from '../../specs/read-spec-file.js'

/**
 * Removes the file whose package has another number now. What someone has saved in it in between goes along.
 * @param given the package's new file, its ID and what the file holds
 * @throws KittyError DamagedData when the old file cannot be read, LostRace when it changes each time: it stays then
 */
export function removeOld(
  root: string,
  path: string,
  given: { readonly to: string; readonly id: string; readonly bytes: Buffer },
): void {
  let { bytes } = given
  for (let tries = 1; tries <= TRIES; tries += 1) {
    const saved = readSpecFile(root, path)
    if (!saved.ok) {
      if (saved.missing) return
      throw new KittyError(
        'DamagedData',
        `${saved.reason}. The package is ${given.id} now, in ${given.to}, and the old file is still there.`,
        { nextSteps: ['Make the file readable, and run the command again.'] },
      )
    }
    const after = renumbered(basename(path), saved.bytes, given.id).bytes
    if (!after.equals(bytes)) putInside(root, given.to, after)
    bytes = after
    if (!holds(path, saved.bytes)) continue
    removeInside(root, path)
    return
  }
  throw savedByOthers(path)
}
