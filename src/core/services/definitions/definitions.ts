import { inject, injectable } from 'inversify'
import type { LogEvent, WorkPackageState } from '../../events-lib.js'
import { type Definition, type Difference, differences, isChanged, valueAt } from '../../specs/definition.js'
import type { BoardRow } from '../../index/board-row.js'
import { EventStore } from '../../store/event-store.js'
import { CommittedDefinitions } from './committed-definitions.js'
import { DefinitionFiles, type PackageFile } from './definition-files.js'
import { loggedDefinition, loggedValues, writerOf } from './logged-values.js'
import { MergedFiles } from './merged-files.js'
import { type Synced, SyncedNotes } from './synced-notes.js'

/** One difference between a file and the log, with its verdict. */
export type Judged = Difference & {
  /** True if the file was changed, false if it is behind. */
  readonly changed: boolean
  /** Who gave the log its value there, and when. Null where no event did. */
  readonly logged: { readonly actor: string; readonly at: string } | null
}

/** A package whose file and log differ. */
export interface JudgedPackage {
  readonly state: WorkPackageState
  /** Relative to the repository's root. */
  readonly file: string
  readonly history: readonly LogEvent[]
  /** What this checkout last synced for the package. */
  readonly synced: () => Synced | undefined
}

/** How one package's file compares with its history. */
export type Comparison =
  | { readonly kind: 'same' | 'new'; readonly file: PackageFile & { kind: 'stated' } }
  | {
      readonly kind: 'differs'
      readonly file: PackageFile & { kind: 'stated' }
      readonly state: WorkPackageState
      readonly differences: readonly Judged[]
      /** Conflicting registers that the file decides. */
      readonly resolves: readonly ('title' | 'priority')[]
    }
  | { readonly kind: 'unreadable'; readonly file: PackageFile & { kind: 'unreadable' } }
  | { readonly kind: 'twice'; readonly file: PackageFile & { kind: 'twice' } }

/** Above this many packages, reading every state of the feature is faster. */
const FEW = 8

/** Compares the packages' files with the log, and tells changed from behind. See docs/formats.md, "Definitions". */
@injectable()
export class Definitions {
  constructor(
    @inject(EventStore) private readonly store: EventStore,
    @inject(DefinitionFiles) readonly files: DefinitionFiles,
    @inject(CommittedDefinitions) readonly committed: CommittedDefinitions,
    @inject(SyncedNotes) readonly notes: SyncedNotes,
    @inject(MergedFiles) private readonly merged: MergedFiles,
  ) {}

  /**
   * @param states states of the feature's packages, or of those in `only`
   * @returns comparisons by ID; packages without a file are not included
   */
  async compare(
    feature: string,
    states: readonly WorkPackageState[],
    only?: ReadonlySet<string>,
  ): Promise<Map<string, Comparison>> {
    return this.#compareFiles(feature, states, [...(await this.files.read(feature, only)).values()])
  }

  /**
   * Like `compare`, for a board: reads only the files that have changed since they were last read, and only the states
   * of packages whose files say something else than their rows. A file that says the same counts as the same, even where
   * it decides a conflict.
   * @param rows of the whole feature
   */
  async compareRows(
    feature: string,
    rows: readonly BoardRow[],
    only?: ReadonlySet<string>,
  ): Promise<Map<string, Comparison>> {
    const files = await (only === undefined
      ? this.files.readChanged(feature)
      : this.files.read(feature, only))
    const known = new Map(rows.map((row) => [row.work_package_id, row]))
    const comparisons = new Map<string, Comparison>()
    const open: PackageFile[] = []
    for (const file of files.values()) {
      const row = known.get(file.id)
      const found = unlessLogged(file, row?.created === true)
      if (found.kind !== 'stated') comparisons.set(file.id, found)
      else if (row !== undefined && saysTheSame(found, row))
        comparisons.set(file.id, { kind: 'same', file: found })
      else open.push(file)
    }
    if (open.length === 0) return comparisons
    const states = await this.#states(feature, open)
    for (const [id, comparison] of await this.#compareFiles(feature, states, open))
      comparisons.set(id, comparison)
    return comparisons
  }

  /**
   * Tells what was changed in a package's file from what is behind.
   */
  async judge(found: readonly Difference[], about: JudgedPackage): Promise<Judged[]> {
    const judged: Judged[] = []
    for (const difference of found) judged.push(await this.#judge(difference, about))
    return judged
  }

  async #compareFiles(
    feature: string,
    states: readonly WorkPackageState[],
    files: readonly PackageFile[],
  ): Promise<Map<string, Comparison>> {
    const known = new Map(states.map((state) => [state.work_package_id, state]))
    const synced = this.notes.inFeature(feature)
    const found = files.map((file) => withDifferences(file, known.get(file.id)))
    this.committed.expect(
      found.flatMap((one) => (one.kind === 'logged' && one.found.length > 0 ? [one.file.file] : [])),
    )
    const comparisons = new Map<string, Comparison>()
    for (const one of found)
      comparisons.set(one.file.id, one.kind === 'logged' ? await this.#compareLogged(one, synced) : one)
    return comparisons
  }

  /** A few states one by one, many in one query. */
  async #states(feature: string, files: readonly PackageFile[]): Promise<readonly WorkPackageState[]> {
    if (files.length > FEW) return this.store.workPackages(feature)
    const states = await Promise.all(files.map(({ id }) => this.store.workPackage(feature, id)))
    return states.flatMap((state) => state ?? [])
  }

  async #compareLogged(
    { file, state, found }: Logged,
    synced: (workPackage: string) => Synced | undefined,
  ): Promise<Comparison> {
    const contested = contestedRegisters(state)
    if (found.length === 0 && contested.length === 0) return { kind: 'same', file }
    const history = await this.store.history(state.feature_slug, state.work_package_id)
    const about = { state, file: file.file, history, synced: () => synced(state.work_package_id) }
    const judged = await this.judge(found, about)
    const resolves = contested.filter((register) => this.#decides(register, judged, state, file))
    if (judged.length === 0 && resolves.length === 0) return { kind: 'same', file }
    return { kind: 'differs', file, state, differences: judged, resolves }
  }

  async #judge(
    difference: Difference,
    { state: { conflicts }, file, history, synced }: JudgedPackage,
  ): Promise<Judged> {
    const writer = writerOf(history, difference)
    const judged = {
      ...difference,
      logged: writer === undefined ? null : { actor: writer.actor, at: writer.timestamp },
    }
    const logged = loggedValues(history, difference)
    const isNew = difference.file !== false && !logged.includes(difference.file)
    // Stating one side of a conflict is not a change. Only merging the files or stating a new value decides between the
    // sides.
    const isSide = conflicts.some(
      ({ register, events }) =>
        register === difference.register && events.some(({ value }) => value === difference.file),
    )
    if (isNew || isSide) return { ...judged, changed: isNew }
    const at = (definition: Definition) => valueAt(definition, difference)
    const last = synced()
    const changed = isChanged(difference, {
      logged,
      committed: (await this.committed.of(file)).map(at),
      synced: last && { value: at(last.definition), isCurrent: last.isCurrent },
    })
    return { ...judged, changed }
  }

  #decides(
    register: 'title' | 'priority',
    judged: readonly Judged[],
    state: WorkPackageState,
    { file }: PackageFile & { kind: 'stated' },
  ): boolean {
    if (judged.some((difference) => difference.register === register && difference.changed)) return true
    const sides = state.conflicts.find((conflict) => conflict.register === register)?.events ?? []
    return this.merged.hasMerged(file, sides)
  }
}

type StatedFile = PackageFile & { readonly kind: 'stated' }

/** A file, its package in the log, and where the two differ. */
interface Logged {
  readonly kind: 'logged'
  readonly file: StatedFile
  readonly state: WorkPackageState
  readonly found: readonly Difference[]
}

/** The file itself if there is something to compare it with, or else what is known without comparing. */
function unlessLogged(file: PackageFile, isCreated: boolean): Comparison | StatedFile {
  if (file.kind === 'unreadable') return { kind: 'unreadable', file }
  if (file.kind === 'twice') return { kind: 'twice', file }
  return isCreated ? file : { kind: 'new', file }
}

function withDifferences(file: PackageFile, state: WorkPackageState | undefined): Comparison | Logged {
  const found = unlessLogged(file, state?.created === true)
  if (found.kind !== 'stated') return found
  if (state === undefined) return { kind: 'new', file: found }
  return { kind: 'logged', file: found, state, found: differences(found.stated, loggedDefinition(state)) }
}

/** Whether nothing in the file differs from the row. */
function saysTheSame({ stated }: StatedFile, row: BoardRow): boolean {
  const { title, priority, dependencies, subtask_ids: subtasks } = row
  const logged = { title: title ?? row.work_package_id, priority, dependencies, subtasks }
  return differences(stated, logged).length === 0
}

function contestedRegisters({ conflicts }: WorkPackageState): ('title' | 'priority')[] {
  return (['title', 'priority'] as const).filter((name) =>
    conflicts.some(({ register }) => register === name),
  )
}
