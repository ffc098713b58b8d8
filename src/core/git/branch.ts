import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { systemCode } from '../errors/kitty-error.js'
import { storageError } from '../files/storage-error.js'
import { onceFree } from '../platform/once-free.js'

/**
 * Returns the name of the branch checked out in the checkout of `gitDir`; undefined if HEAD is detached or stored in a
 * reftable.
 * @throws KittyError if HEAD cannot be read
 */
export function currentBranch(gitDir: string): string | undefined {
  const path = join(gitDir, 'HEAD')
  try {
    const head = onceFree(() => readFileSync(path, 'utf8'))
    // Linear time: a lazy match before blanks would take seconds on a HEAD of 50 KB.
    const name = /^ref: refs\/heads\/([^\r\n]+)/.exec(head)?.[1]?.trimEnd()
    return name === '.invalid' ? undefined : name
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined
    throw storageError(error, path, 'not readable')
  }
}
