import { join } from 'node:path'
import { PrivateLines } from '../../files/private-lines.js'
import type { InstalledHook } from './extensions.js'

/** Events that were written while a hook could not be started, not even with a cursor: it hears of them once it can. */
export class UntoldEvents {
  readonly #lines: PrivateLines

  constructor(privateDir: string) {
    this.#lines = new PrivateLines(join(privateDir, 'hooks-untold'))
  }

  of(hook: InstalledHook): string[] {
    const start = nameOf(hook)
    return this.#lines.read().flatMap((line) => (line.startsWith(start) ? line.slice(start.length) : []))
  }

  add(hook: InstalledHook, ids: readonly string[]): void {
    this.#lines.add(ids.map((id) => nameOf(hook) + id))
  }

  /** Once its cursor says what it has heard of. */
  forget(hook: InstalledHook): void {
    const lines = this.#lines.read()
    const others = lines.filter((line) => !line.startsWith(nameOf(hook)))
    if (others.length < lines.length) this.#lines.replace(others)
  }
}

/** Names of plugins and hooks have neither slash nor space. */
function nameOf({ plugin, hook }: InstalledHook): string {
  return `${plugin}/${hook.name} `
}
