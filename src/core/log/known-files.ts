import { type BigIntStats, lstatSync } from 'node:fs'
import { assertPlainFile } from '../files/assert-safe.js'
import type { LogFile } from './event-log.js'
import { identityOf } from '../files/open-file.js'
import { SEPARATOR } from '../platform/paths.js'

type State = Pick<BigIntStats, 'ino' | 'birthtimeNs' | 'mtimeNs' | 'ctimeNs' | 'size'>

/**
 * Remembers the log's files as of the last look. Every call stats every file, but returns the same object for an
 * unchanged one: formatting and comparing the identities of a year's files takes time.
 */
export class KnownFiles {
  readonly #known = new Map<string, { readonly state: State; readonly file: LogFile }>()

  constructor(private readonly folder: string) {}

  /** @throws KittyError UnsafeSetup if it is not a plain file. */
  find(name: string): LogFile | undefined {
    // Don't use `join`: it would parse each path, and a log that spans years has one file per day.
    const path = `${this.folder}${SEPARATOR}${name}`
    const stats = lstatSync(path, { bigint: true, throwIfNoEntry: false })
    if (stats === undefined) {
      this.#known.delete(name)
      return undefined
    }
    const known = this.#known.get(name)
    if (known !== undefined && areSame(known.state, stats)) return known.file
    assertPlainFile(path, stats)
    const { ino, birthtimeNs, mtimeNs, ctimeNs, size } = stats
    const file = { name, size: Number(size), identity: identityOf(stats) }
    this.#known.set(name, { state: { ino, birthtimeNs, mtimeNs, ctimeNs, size }, file })
    return file
  }
}

/** Compares everything that `identityOf` and `LogFile` report. */
function areSame(one: State, other: State): boolean {
  return (
    one.mtimeNs === other.mtimeNs &&
    one.ctimeNs === other.ctimeNs &&
    one.size === other.size &&
    one.ino === other.ino &&
    one.birthtimeNs === other.birthtimeNs
  )
}
