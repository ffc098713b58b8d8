import { type BigIntStats, lstatSync } from 'node:fs'
import { sep } from 'node:path'
import { assertPlainFile } from '../files/assert-safe.js'
import type { LogFile } from './event-log.js'
import { identityOf } from '../files/open-file.js'

type State = Pick<BigIntStats, 'ino' | 'birthtimeNs' | 'mtimeNs' | 'ctimeNs' | 'size'>

/**
 * The log's files as they were when last looked at. Each is looked at every time; of one that is as it was the same
 * object is given, since to write down a year's identities and to compare them takes its time as well.
 */
export class KnownFiles {
  readonly #known = new Map<string, { readonly state: State; readonly file: LogFile }>()

  constructor(private readonly folder: string) {}

  /** @throws KittyError UnsafeSetup when it is no plain file. */
  find(name: string): LogFile | undefined {
    // A log of years has a file a day, and `join` would take each path apart.
    const path = `${this.folder}${sep}${name}`
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

/** All that `identityOf` and `LogFile` tell. */
function areSame(one: State, other: State): boolean {
  return (
    one.mtimeNs === other.mtimeNs &&
    one.ctimeNs === other.ctimeNs &&
    one.size === other.size &&
    one.ino === other.ino &&
    one.birthtimeNs === other.birthtimeNs
  )
}
