import { join } from 'node:path'
import { inject, injectable } from 'inversify'
import { isKittyError } from '../../errors/kitty-error.js'
import { putOver, savedByOthers, TRIES } from '../../files/put-over.js'
import { type Definition, differences } from '../../specs/definition.js'
import { setDefinition } from '../../specs/definition-lines.js'
import { readSpecFile } from '../../specs/read-spec-file.js'
import { EventStore } from '../../store/event-store.js'
import { Workspace } from '../../workspace/workspace.js'
import { knownWorkPackage } from '../known-work-package.js'
import { DefinitionFiles } from './definition-files.js'
import { loggedDefinition } from './logged-values.js'
import { OwnWriting } from './own-writing.js'
import { SyncedNotes } from './synced-notes.js'

type Register = keyof Definition

export interface WrittenDefinition {
  readonly feature: string
  readonly work_package: string
  /** Relative to the repository's root. Null if the package has no file. */
  readonly file: string | null
  /** The registers that were written into the file. */
  readonly registers: readonly Register[]
  /** Why nothing was written, or null. */
  readonly problem: string | null
}

/** Writes what the log says into a package's file. The caller must hold the lock. */
@injectable()
export class WriteDefinitions {
  constructor(
    @inject(EventStore) private readonly store: EventStore,
    @inject(DefinitionFiles) private readonly files: DefinitionFiles,
    @inject(SyncedNotes) private readonly notes: SyncedNotes,
    @inject(Workspace) private readonly workspace: Workspace,
    @inject(OwnWriting) private readonly own: OwnWriting,
  ) {}

  /**
   * Never throws because of what the file is, since the log already has the truth.
   * @param only limits writing to these registers; all that differ if omitted
   * @throws KittyError UnknownWorkPackage
   */
  async write(feature: string, workPackage: string, only?: readonly Register[]): Promise<WrittenDefinition> {
    const state = await knownWorkPackage(this.store, feature, workPackage)
    const found = (await this.files.read(feature, new Set([workPackage]))).get(workPackage)
    const answer = { feature, work_package: workPackage, registers: [], problem: null }
    if (found === undefined) return { ...answer, file: null, problem: 'it has no file' }
    if (found.kind === 'twice')
      return { ...answer, file: found.files[0] ?? null, problem: `it has ${found.files.length} files` }
    if (found.kind === 'unreadable') return { ...answer, file: found.file, problem: found.reason }
    const wanted = loggedDefinition(state)
    const differing = new Set(differences(found.stated, wanted).map(({ register }) => register))
    const registers = [...differing].filter((register) => only === undefined || only.includes(register))
    if (registers.length === 0) return { ...answer, file: found.file }
    const problem = await this.#put(found.file, wanted, registers)
    if (problem === null && differing.size === registers.length)
      this.notes.keep(feature, new Map([[workPackage, wanted]]))
    return { ...answer, file: found.file, registers: problem === null ? registers : [], problem }
  }

  async #put(file: string, wanted: Definition, registers: readonly Register[]): Promise<string | null> {
    const { root } = this.workspace
    const path = join(root, file)
    try {
      for (let tries = 1; tries <= TRIES; tries += 1) {
        const read = readSpecFile(root, path)
        if (!read.ok) return read.reason
        const written = await setDefinition(path, read.bytes, wanted, registers)
        if (!written.ok) return written.problem
        if (!putOver(root, path, { before: read.bytes, after: written.bytes })) continue
        this.own.keep(file, read.bytes, written.bytes)
        return null
      }
      return savedByOthers(path).message
    } catch (error) {
      if (isKittyError(error)) return error.message
      throw error
    }
  }
}
