import { basename, join } from 'node:path'
import { inject, injectable } from 'inversify'
import { settledIdentity } from '../../files/settled-identity.js'
import { putPrivate } from '../../files/put-private.js'
import { readPlain } from '../../files/read-plain.js'
import type { StatedWorkPackage } from '../../specs/work-package-file.js'
import { Workspace } from '../../workspace/workspace.js'

/** In bytes: enough for a thousand packages with long lists. */
const LOOKS_LIMIT = 16 * 1024 * 1024
/** Raise this when `readWorkPackageFile` takes something else from the same bytes. */
const READER = 1
/** What a file stated when it was read, and the file's identity before that. */
type Look = readonly [identity: string, stated: Omit<StatedWorkPackage, 'file'>]

/** The looks at one feature's files. */
export interface FeatureLooks {
  /** What the file stated when it was last read; undefined if it has changed since. */
  known(path: string): Look[1] | undefined
  /** Takes what was read from a file that was not known. */
  found(stated: StatedWorkPackage): void
  /** Stores what was found. Best effort: without it, the files are read again. */
  keep(): void
}

/**
 * What this clone last read from the packages' files, in one private file per feature, so that a board reads only files
 * that have changed. See docs/formats.md, "Files that have not changed".
 */
@injectable()
export class FileLooks {
  constructor(@inject(Workspace) private readonly workspace: Workspace) {}

  /** The next board reads the feature's files again. */
  forget(feature: string): void {
    const kept = this.#file(feature)
    if (readPlain(kept, LOOKS_LIMIT).ok) putPrivate(kept, Buffer.from('{}\n'))
  }

  #file(feature: string): string {
    return join(this.workspace.privateDir, 'looks', `${feature}.json`)
  }

  inFeature(feature: string): FeatureLooks {
    const kept = this.#file(feature)
    const before = readLooks(kept)
    const now = Date.now()
    const looks: Record<string, Look> = {}
    const unknown = new Map<string, string>()
    let hasNew = false
    return {
      known: (path) => {
        const identity = settledIdentity(path, now)
        if (identity === undefined) return undefined
        const name = basename(path)
        const look = Object.hasOwn(before, name) ? before[name] : undefined
        if (look?.[0] !== identity) {
          unknown.set(path, identity)
          return undefined
        }
        looks[name] = look
        return look[1]
      },
      found: ({ file, ...stated }) => {
        const identity = unknown.get(file)
        if (identity === undefined) return
        looks[basename(file)] = [identity, stated]
        hasNew = true
      },
      keep: () => {
        if (hasNew) putPrivate(kept, Buffer.from(`${JSON.stringify({ reader: READER, looks })}\n`), false)
      },
    }
  }
}

function readLooks(path: string): Readonly<Record<string, Look>> {
  const file = readPlain(path, LOOKS_LIMIT)
  if (!file.ok) return {}
  try {
    const kept: unknown = JSON.parse(file.bytes.toString('utf8'))
    // A cast: only kitty writes to the private folder, and this reader's number names the shape.
    return isKept(kept) ? (kept.looks as Readonly<Record<string, Look>>) : {}
  } catch (error) {
    if (error instanceof SyntaxError) return {}
    throw error
  }
}

function isKept(value: unknown): value is { readonly looks: object } {
  if (typeof value !== 'object' || value === null) return false
  const { reader, looks } = value as { readonly reader?: unknown; readonly looks?: unknown }
  return reader === READER && typeof looks === 'object' && looks !== null
}
