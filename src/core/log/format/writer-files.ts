import { randomBytes } from 'node:crypto'
import { closeSync, existsSync, openSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Config } from '../../workspace/config.js'
import { headState } from '../../git/head.js'
import type { Workspace } from '../../workspace/workspace.js'
import { DAILY_FILES, type DayFiles, dayOf } from './day-file.js'
import { discard, readWhole, writeFully } from '../../files/open-file.js'
import { storageError } from '../../files/storage-error.js'
import { makeFolder } from '../../git/shared-folder.js'
import { renameOver } from '../../platform/rename-over.js'

/** Crockford's digits: no two look alike. */
const DIGITS = '0123456789abcdefghjkmnpqrstvwxyz'
const ID_LENGTH = 8

/** The writer ID of this clone, and which of its files it is writing. Stored under git's directory. */
interface Writer {
  readonly id: string
  /** Which git directory it was made in. A copy of that directory is another one; a moved one is the same. */
  readonly clone: string
  /** Counts files: `<id>`, `<id>-1`, `<id>-2`… */
  readonly part: number
  /** The state of HEAD when this part began. */
  readonly head: string
}

export interface WriterPlace {
  readonly eventsDir: string
  /** Where the writer is stored. */
  readonly writerFile: string
  /** Tells this git directory from a copy of it: see `cloneIdentity`. */
  readonly clone: () => string
  /** Identifies HEAD's state: see `headState`. */
  readonly head: () => string
}

/**
 * Chooses files that no two commits ever write differently: `YYYY-MM-DD.<writer>.jsonl`, where the writer is this
 * clone. Kitty appends to a file only while HEAD is where it was when the file was begun, so every commit adds its own
 * files and changes none. Git's plain merge, rebase, cherry-pick, squash and revert then cannot conflict, and need no
 * driver or attribute. See docs/formats.md, "Per-writer files".
 */
export class WriterFiles implements DayFiles {
  constructor(private readonly place: WriterPlace) {}

  fileFor(timestamp: string): string {
    return this.#file(timestamp, false)
  }

  /** Use another file: the one that git took the line from may already be committed as it was. */
  fileForPutBack(timestamp: string): string {
    return this.#file(timestamp, true)
  }

  #file(timestamp: string, isPutBack: boolean): string {
    const day = dayOf(timestamp)
    const head = this.place.head()
    const known = this.#read()
    if (known?.head === head && !isPutBack) return nameOf(day, known)
    let writer: Writer =
      known === undefined ? this.#newWriter(head) : { ...known, part: known.part + 1, head }
    while (existsSync(join(this.place.eventsDir, nameOf(day, writer))))
      writer = { ...writer, part: writer.part + 1 }
    this.#write(writer)
    return nameOf(day, writer)
  }

  #newWriter(head: string): Writer {
    const id = [...randomBytes(ID_LENGTH)].map((byte) => DIGITS.charAt(byte % DIGITS.length)).join('')
    return { id, clone: this.place.clone(), part: 0, head }
  }

  /** Reads this clone's own writer. Undefined if a copy of the clone brought it along or it cannot be read. */
  #read(): Writer | undefined {
    const text = readWhole(this.place.writerFile)?.bytes.toString('utf8')
    const writer = text === undefined ? undefined : parse(text)
    return writer?.clone === this.place.clone() ? writer : undefined
  }

  /** Saved before the first line of a new file, so a crash skips a number but never issues one twice. */
  #write(writer: Writer): void {
    const { writerFile } = this.place
    // A fixed name: only the lock holder writes it, so a crash leaves at most one such file.
    const temporary = `${writerFile}.tmp`
    try {
      makeFolder(dirname(writerFile))
      const descriptor = openSync(temporary, 'w', 0o644)
      try {
        writeFully(descriptor, Buffer.from(`${JSON.stringify(writer)}\n`))
      } finally {
        closeSync(descriptor)
      }
      renameOver(temporary, writerFile)
    } catch (error) {
      discard(temporary)
      throw storageError(error, writerFile, 'not stored')
    }
  }
}

/** Returns the day files that the settings ask for. */
export function dayFilesFor(workspace: Workspace, { log }: Pick<Config, 'log'>): DayFiles {
  if (log.files === 'daily') return DAILY_FILES
  const { eventsDir, writerFile, gitCommonDir } = workspace
  const clone = (): string => cloneIdentity(gitCommonDir)
  return new WriterFiles({ eventsDir, writerFile, clone, head: () => headState(workspace) })
}

/**
 * The same for as long as the directory is, whatever the machine is called, its disk is mounted as, or the letters of
 * its path; another for a copy. Without the device, whose number may be another after each start of the machine.
 */
export function cloneIdentity(gitCommonDir: string): string {
  const { ino, birthtimeNs, ctimeNs } = statSync(gitCommonDir, { bigint: true })
  // A file system that keeps no time of birth gives the time of the last change.
  return `${ino}.${birthtimeNs === ctimeNs ? 0n : birthtimeNs}`
}

function nameOf(day: string, { id, part }: Writer): string {
  return part === 0 ? `${day}.${id}.jsonl` : `${day}.${id}-${part}.jsonl`
}

function parse(text: string): Writer | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    // A crash left it incomplete: a new writer is as good as the old one.
    return undefined
  }
  if (typeof value !== 'object' || value === null) return undefined
  // Before, a clone was told by its host's name and its path: such a record is another's, and gets a new id once.
  if (!('id' in value && 'clone' in value && 'part' in value && 'head' in value)) return undefined
  const { id, clone, part, head } = value
  if (typeof id !== 'string' || !/^[0-9a-z]{1,32}$/.test(id) || !Number.isSafeInteger(part)) return undefined
  if (typeof clone !== 'string' || typeof head !== 'string') return undefined
  return { id, clone, part: Number(part), head }
}
