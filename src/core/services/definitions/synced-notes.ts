import { join } from 'node:path'
import { inject, injectable } from 'inversify'
import { readPlain } from '../../files/read-plain.js'
import { putPrivate } from '../../files/put-private.js'
import { headState } from '../../git/head.js'
import type { Definition } from '../../specs/definition.js'
import { Workspace } from '../../workspace/workspace.js'

/** In bytes: enough for a thousand packages with long lists. */
const NOTES_LIMIT = 16 * 1024 * 1024

interface Note extends Definition {
  /** HEAD at that time. */
  readonly head: string
}

/** What this checkout last synced for a package. */
export interface Synced {
  readonly definition: Definition
  /** True if HEAD has not moved since. */
  readonly isCurrent: boolean
}

/**
 * The definitions that this checkout last synced, in one private file per feature. They tell a file that was set back
 * from one that never had what the log has. Without a note such a file counts as behind.
 */
@injectable()
export class SyncedNotes {
  constructor(@inject(Workspace) private readonly workspace: Workspace) {}

  /** What was synced in a feature as of now, by package. Reads nothing before the first question. */
  inFeature(feature: string): (workPackage: string) => Synced | undefined {
    let known: { readonly notes: Readonly<Record<string, Note>>; readonly head: string } | undefined
    return (workPackage) => {
      known ??= { notes: this.#read(feature), head: headState(this.workspace) }
      const note = known.notes[workPackage]
      return note && { definition: note, isCurrent: note.head === known.head }
    }
  }

  /** Best effort: a note that cannot be stored costs only its evidence. */
  keep(feature: string, definitions: ReadonlyMap<string, Definition>): void {
    const head = headState(this.workspace)
    const notes: Record<string, Note> = { ...this.#read(feature) }
    for (const [id, { title, priority, dependencies, subtasks }] of definitions)
      notes[id] = { head, title, priority, dependencies, subtasks }
    putPrivate(this.#file(feature), Buffer.from(`${JSON.stringify(notes)}\n`))
  }

  /** Drops the notes of these packages. */
  forget(feature: string, workPackages: ReadonlySet<string>): void {
    const notes = Object.entries(this.#read(feature))
    const rest = notes.filter(([id]) => !workPackages.has(id))
    if (rest.length < notes.length)
      putPrivate(this.#file(feature), Buffer.from(`${JSON.stringify(Object.fromEntries(rest))}\n`))
  }

  #read(feature: string): Readonly<Record<string, Note>> {
    const file = readPlain(this.#file(feature), NOTES_LIMIT)
    if (!file.ok) return {}
    try {
      const notes: unknown = JSON.parse(file.bytes.toString('utf8'))
      if (typeof notes !== 'object' || notes === null) return {}
      return Object.fromEntries(
        Object.entries(notes).filter((entry): entry is [string, Note] => isNote(entry[1])),
      )
    } catch (error) {
      if (error instanceof SyntaxError) return {}
      throw error
    }
  }

  #file(feature: string): string {
    return join(this.workspace.privateDir, 'synced', `${feature}.json`)
  }
}

function isNote(value: unknown): value is Note {
  if (typeof value !== 'object' || value === null) return false
  const { head, title, priority, dependencies, subtasks } = value as Partial<Record<keyof Note, unknown>>
  return (
    typeof head === 'string' &&
    typeof title === 'string' &&
    typeof priority === 'number' &&
    Array.isArray(dependencies) &&
    Array.isArray(subtasks)
  )
}
