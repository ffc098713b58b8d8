import { appendFileSync, mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ScanPosition } from '../../log/event-log.js'
import { readOptional } from '../../files/read-optional.js'

/** How far a file of the log was told. */
export interface FileMark extends ScanPosition {
  /** Size and identity of the file then: equal, nothing is new in it. */
  readonly size: number
  readonly identity: string
}

const ULID_LINE = 27

/**
 * What one hook was told already. Marks by file say cheaply where nothing is new; ids say exactly, since a merge
 * brings events in between others. Both lie where no git command cleans up; losing them tells events once more.
 */
export class HookCursor {
  readonly #marksFile: string
  readonly #idsFile: string
  #ids: Set<string> | undefined

  constructor(folder: string) {
    mkdirSync(folder, { recursive: true })
    this.#marksFile = join(folder, 'cursor.json')
    this.#idsFile = join(folder, 'delivered')
  }

  /** Undefined before the hook's first run, and after a run that did not come to its end. */
  marks(): ReadonlyMap<string, FileMark> | undefined {
    const text = readOptional(this.#marksFile)
    if (text === undefined) return undefined
    try {
      // A cast: written by `finish` alone, in one rename.
      const { files } = JSON.parse(text) as { files: Record<string, FileMark> | null }
      return files === null ? undefined : new Map(Object.entries(files))
    } catch {
      return undefined
    }
  }

  /** False until the hook has run for the first time. */
  get exists(): boolean {
    return readOptional(this.#marksFile) !== undefined
  }

  isDelivered(id: string): boolean {
    this.#ids ??= readIds(this.#idsFile)
    return this.#ids.has(id)
  }

  /** Before anything is told: from here on, only the ids say what was. */
  begin(): void {
    this.#save(null)
  }

  deliver(ids: readonly string[]): void {
    if (ids.length === 0) return
    appendFileSync(this.#idsFile, ids.map((id) => `${id}\n`).join(''))
    for (const id of ids) this.#ids?.add(id)
  }

  finish(marks: ReadonlyMap<string, FileMark>): void {
    this.#save(Object.fromEntries(marks))
  }

  #save(files: Readonly<Record<string, FileMark>> | null): void {
    writeFileSync(`${this.#marksFile}.tmp`, JSON.stringify({ files }))
    renameSync(`${this.#marksFile}.tmp`, this.#marksFile)
  }
}

/** Whole lines alone: the last one may be the trace of a crash, and its event is told again. */
function readIds(path: string): Set<string> {
  const lines = (readOptional(path) ?? '').split('\n')
  return new Set(lines.filter((line) => line.length === ULID_LINE - 1))
}
