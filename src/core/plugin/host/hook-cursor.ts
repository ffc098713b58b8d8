import { join } from 'node:path'
import { Append } from '../../files/append-file.js'
import { replaceFile } from '../../files/replace-file.js'
import { makeFolder } from '../../git/shared-folder.js'
import type { ScanPosition } from '../../log/event-log.js'
import { idLine, idOfLine } from '../../log/format/id-line.js'
import { readOptional } from '../../files/read-optional.js'

/** How far a hook has received one file of the log. */
export interface FileMark extends ScanPosition {
  /** The file's size at that time. If size and identity are the same, the file holds nothing new. */
  readonly size: number
  readonly identity: string
}

/**
 * What one hook has received. Marks by file are a cheap check for "nothing new". IDs are exact, which a merge requires:
 * it inserts events between others. Both are stored where no git command cleans up. If they are lost, events are
 * delivered again.
 */
export class HookCursor {
  readonly #marksFile: string
  readonly #idsFile: string
  #ids: Set<string> | undefined

  constructor(folder: string) {
    makeFolder(folder)
    this.#marksFile = marksFile(folder)
    this.#idsFile = join(folder, 'delivered')
  }

  /** Undefined before the hook's first run, and after a run that did not finish. */
  marks(): ReadonlyMap<string, FileMark> | undefined {
    const text = readOptional(this.#marksFile)
    if (text === undefined) return undefined
    try {
      // Cast: only `finish` writes this file, with one rename.
      const { files } = JSON.parse(text) as { files: Record<string, FileMark> | null }
      return files === null ? undefined : new Map(Object.entries(files))
    } catch {
      return undefined
    }
  }

  /** False until the hook has been started for the first time. Makes no folder. */
  static existsIn(folder: string): boolean {
    return readOptional(marksFile(folder)) !== undefined
  }

  get exists(): boolean {
    return readOptional(this.#marksFile) !== undefined
  }

  isDelivered(id: string): boolean {
    this.#ids ??= readIds(this.#idsFile)
    return this.#ids.has(id)
  }

  /** Call before the first delivery. From here on only the IDs say what was delivered. */
  begin(): void {
    this.#save(null)
  }

  deliver(ids: readonly string[]): void {
    if (ids.length === 0) return
    const append = Append.open(this.#idsFile, true)
    try {
      append.write(Buffer.from(ids.map((id) => `${idLine(id)}\n`).join('')))
    } finally {
      append.close()
    }
    for (const id of ids) this.#ids?.add(id)
  }

  finish(marks: ReadonlyMap<string, FileMark>): void {
    this.#save(Object.fromEntries(marks))
  }

  #save(files: Readonly<Record<string, FileMark>> | null): void {
    replaceFile(this.#marksFile, Buffer.from(JSON.stringify({ files })), undefined, false)
  }
}

function marksFile(folder: string): string {
  return join(folder, 'cursor.json')
}

/** Reads whole IDs only. A line may be torn by a crash, in which case its event is delivered again. */
function readIds(path: string): Set<string> {
  const lines = (readOptional(path) ?? '').split('\n')
  return new Set(lines.flatMap((line) => idOfLine(line) ?? []))
}
