import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { systemCode } from '../../errors/kitty-error.js'
import { readNow } from '../../files/read-optional.js'
import { renameOver } from '../../platform/rename-over.js'
import { AT_ONCE, removeFile } from '../../platform/remove-path.js'

/**
 * Caches the line keys of files at branch tips by git blob ID, so no blob is read twice. Derived and best effort: what
 * cannot be kept is read again. The caller must hold the write lock.
 */
export class TipMemory {
  constructor(private readonly folder: string) {}

  get(blob: string): Uint32Array | undefined {
    try {
      const bytes = readNow(join(this.folder, blob))
      // Copy the bytes: a Buffer may start at any offset in its memory.
      return bytes.length % 8 === 0 ? new Uint32Array(new Uint8Array(bytes).buffer) : undefined
    } catch (error) {
      if (systemCode(error) === undefined) throw error
      return undefined
    }
  }

  put(blob: string, keys: Uint32Array): void {
    try {
      mkdirSync(this.folder, { recursive: true, mode: 0o700 })
      const temporary = join(this.folder, 'unfinished.tmp')
      writeFileSync(temporary, new Uint8Array(keys.buffer, keys.byteOffset, keys.byteLength), { mode: 0o600 })
      renameOver(temporary, join(this.folder, blob))
    } catch (error) {
      if (systemCode(error) === undefined) throw error
    }
  }

  /** Forgets blobs that no tip has any more. */
  keep(blobs: ReadonlySet<string>): void {
    try {
      for (const name of readdirSync(this.folder))
        if (!blobs.has(name)) removeFile(join(this.folder, name), AT_ONCE)
    } catch (error) {
      if (systemCode(error) === undefined) throw error
    }
  }
}
