import { join } from 'node:path'
import { inject, injectable } from 'inversify'
import { isKittyError } from '../errors/kitty-error.js'
import type { WorkPackageState } from '../events-lib.js'
import { putInside } from '../files/work-tree.js'
import { type Definition, type Difference, differences } from '../specs/definition.js'
import { setDefinition } from '../specs/definition-lines.js'
import { readSpecFile } from '../specs/read-spec-file.js'
import { EventStore } from '../store/event-store.js'
import type { ImportPlan } from '../transfer/plan-import.js'
import { Workspace } from '../workspace/workspace.js'
import { Definitions } from './definitions/definitions.js'
import { loggedDefinition, loggedValues } from './definitions/logged-values.js'
import { OwnWriting, type WrittenFile } from './definitions/own-writing.js'
import { LaneFiles } from './lane-files.js'
import { SubtaskFiles } from './subtask-files.js'
import { importedChanges, importedTicks, type ImportedChange } from './imported-changes.js'

type Register = keyof Definition

/** Each of them costs questions to git. More than these stay marked as behind. */
const MOST_LEFT_BEHIND = 200

/** Lets the files of packages that were imported before follow the log after an update. The caller holds the lock. */
@injectable()
export class UpdatedFiles {
  constructor(
    @inject(EventStore) private readonly store: EventStore,
    @inject(Definitions) private readonly definitions: Definitions,
    @inject(OwnWriting) private readonly own: OwnWriting,
    @inject(LaneFiles) private readonly lanes: LaneFiles,
    @inject(SubtaskFiles) private readonly boxes: SubtaskFiles,
    @inject(Workspace) private readonly workspace: Workspace,
  ) {}

  /** What was changed in a file, or is in conflict, stays as it is. @returns how many definitions were written */
  async follow(plan: ImportPlan): Promise<number> {
    const known = plan.packages.filter(({ isNew, item }) => !isNew && item !== null)
    let written = 0
    for (const feature of new Set(known.map((one) => one.feature))) {
      const ids = known.filter((one) => one.feature === feature).map((one) => one.work_package)
      written += await this.#feature(feature, new Set(ids), plan)
    }
    return written
  }

  async #feature(feature: string, ids: ReadonlySet<string>, plan: ImportPlan): Promise<number> {
    const changes = importedChanges(plan.drafts, feature)
    const states = (await this.store.workPackages(feature)).filter((state) => ids.has(state.work_package_id))
    const files = await this.definitions.files.read(feature, ids)
    const left = new Set<string>()
    const written: WrittenFile[] = []
    const definitions = new Map<string, Definition>()
    const put = async (
      state: WorkPackageState,
      file: string,
      registers: readonly Register[],
    ): Promise<void> => {
      const done = registers.length === 0 ? undefined : await this.#put(file, state, registers)
      if (done === undefined) return
      written.push(done)
      definitions.set(state.work_package_id, loggedDefinition(state))
    }
    for (const state of states) {
      const file = files.get(state.work_package_id)
      if (file?.kind !== 'stated') continue
      const found = differences(file.stated, loggedDefinition(state))
      const change = changes.get(state.work_package_id)
      if (found.length > 0 && change === undefined) left.add(state.work_package_id)
      if (found.length === 0 || change === undefined) continue
      await put(state, file.file, await this.#written(state, found, change))
    }
    if (left.size <= MOST_LEFT_BEHIND)
      for (const comparison of (await this.definitions.compare(feature, states, left)).values())
        if (comparison.kind === 'differs') {
          const { state, file, differences: judged } = comparison
          await put(
            state,
            file.file,
            registersOf(state, judged, ({ changed }) => !changed),
          )
        }
    this.own.keepAll(written)
    if (definitions.size > 0) this.definitions.notes.keep(feature, definitions)
    this.lanes.settle(states, new Set())
    for (const done of [true, false]) {
      const places = importedTicks(plan.drafts, feature, done).filter(({ workPackage }) =>
        ids.has(workPackage),
      )
      if (places.length > 0) this.boxes.settle(feature, places, done)
    }
    return written.length
  }

  /** The registers that this import wrote, where the file has a value that the log had before. */
  async #written(
    state: WorkPackageState,
    found: readonly Difference[],
    change: ImportedChange,
  ): Promise<Register[]> {
    const history = await this.store.history(state.feature_slug, state.work_package_id)
    const isBehind = (one: Difference): boolean =>
      change.has(one) && (one.element !== null || loggedValues(history, one).includes(one.file))
    return registersOf(state, found, isBehind)
  }

  async #put(
    file: string,
    state: WorkPackageState,
    registers: readonly Register[],
  ): Promise<WrittenFile | undefined> {
    const { root } = this.workspace
    const path = join(root, file)
    const read = readSpecFile(root, path)
    if (!read.ok) return undefined
    const changed = await setDefinition(path, read.bytes, loggedDefinition(state), registers)
    if (!changed.ok) return undefined
    try {
      putInside(root, path, changed.bytes)
    } catch (error) {
      // The log has the truth already, and the board marks the file as behind.
      if (isKittyError(error)) return undefined
      throw error
    }
    return { file, before: read.bytes, after: changed.bytes }
  }
}

/** The registers all of whose differences pass, without those in an open conflict. */
function registersOf<T extends Difference>(
  state: WorkPackageState,
  found: readonly T[],
  passes: (one: T) => boolean,
): Register[] {
  const contested = new Set(state.conflicts.filter(({ open }) => open).map(({ register }) => register))
  return [...new Set(found.map(({ register }) => register))].filter(
    (register) => !contested.has(register) && found.every((one) => one.register !== register || passes(one)),
  )
}
