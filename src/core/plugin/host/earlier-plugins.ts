import { cpSync, existsSync, mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import { hostLink } from './host-link.js'
import { TARBALLS } from './install-source.js'
import { installedPlugins } from './installed-plugins.js'
import { removeTree } from '../../platform/remove-path.js'
import { renameOver } from '../../platform/rename-over.js'

const LIST = 'package.json'
/** What the folder of a copy is called, before random letters. */
export const BEFORE = '.before-'
/** What an installation changes besides the list. Npm could not always fetch again what it has replaced. */
const CHANGED = ['package-lock.json', 'node_modules', TARBALLS]

/** The plugins as they were before an installation, so that a refused one leaves them so. */
export class EarlierPlugins {
  readonly #names: ReadonlySet<string>
  readonly #copy: string | undefined

  /** @param changed what may change in the folder, besides the list */
  constructor(
    private readonly dataFolder: string,
    private readonly changed: readonly string[] = CHANGED,
  ) {
    this.#names = new Set(installedPlugins(dataFolder).map(({ name }) => name))
    if (this.#names.size === 0) return
    this.#copy = mkdtempSync(join(dataFolder, BEFORE))
    for (const name of [LIST, ...changed])
      if (existsSync(join(dataFolder, name)))
        cpSync(join(dataFolder, name), join(this.#copy, name), {
          recursive: true,
          verbatimSymlinks: true,
          // Every start makes it again; Windows may not let users copy a junction.
          filter: (source) => source !== hostLink(dataFolder),
        })
  }

  has(name: string): boolean {
    return this.#names.has(name)
  }

  putBack(): void {
    if (this.#copy === undefined) return
    for (const name of [...this.changed, LIST]) {
      const [kept, now] = [join(this.#copy, name), join(this.dataFolder, name)]
      removeTree(now)
      if (existsSync(kept)) renameOver(kept, now)
    }
  }

  discard(): void {
    if (this.#copy !== undefined) removeTree(this.#copy)
  }
}
