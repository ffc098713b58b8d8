import { join } from 'node:path'
import { inject, injectable } from 'inversify'
import type { WorkPackageState } from '../../events-lib.js'
import { removeLeftTemporaries } from '../../files/left-temporaries.js'
import { putManyInside } from '../../files/put-many.js'
import { type Definition, type Difference, differences } from '../../specs/definition.js'
import { setDefinition } from '../../specs/definition-lines.js'
import { setLane } from '../../specs/front-matter.js'
import { featureDir } from '../../specs/feature-name.js'
import { readSpecFile } from '../../specs/read-spec-file.js'
import { setBoxes } from '../../specs/subtask-boxes.js'
import type { FeatureLog } from '../../transfer/feature-log.js'
import type { ImportPlan } from '../../transfer/plan-import.js'
import { Workspace } from '../../workspace/workspace.js'
import type { PackageFile } from '../definitions/definition-files.js'
import { Definitions } from '../definitions/definitions.js'
import { loggedDefinition, loggedValues } from '../definitions/logged-values.js'
import { OwnWriting, type WrittenFile } from '../definitions/own-writing.js'
import { withBody } from '../definitions/package-text.js'
import { importedChanges, type ImportedTicks, importedTicks } from './imported-changes.js'
import type { ImportedTexts } from './imported-texts.js'
import { SubtaskFiles, type SubtaskPlace } from '../packages/subtask-files.js'

type Register = keyof Definition
type StatedFile = PackageFile & { readonly kind: 'stated' }

/** A package's file with its new content. */
interface NewFile extends WrittenFile {
  readonly after: Buffer
  readonly workPackage: string
  /** What the file and the log say after the write. Undefined if they still differ. */
  readonly agreed: Definition | undefined
}

/** In what a file follows the log and the source. */
interface Following {
  readonly registers: readonly Register[]
  readonly ticks?: ImportedTicks | undefined
  readonly texts?: ImportedTexts
}

/** How many files are in memory with their new content. */
const FILES_AT_ONCE = 512

/** Lets the files of packages that were imported before follow the log after an update. The caller holds the lock. */
@injectable()
export class UpdatedFiles {
  constructor(
    @inject(Definitions) private readonly definitions: Definitions,
    @inject(OwnWriting) private readonly own: OwnWriting,
    @inject(SubtaskFiles) private readonly boxes: SubtaskFiles,
    @inject(Workspace) private readonly workspace: Workspace,
  ) {}

  /**
   * What was changed in a file, or is in conflict, stays as it is.
   * @param logs the features with everything that the import wrote
   * @returns how many files were written
   */
  async follow(plan: ImportPlan, logs: readonly FeatureLog[], texts: ImportedTexts): Promise<number> {
    let written = 0
    for (const log of logs) {
      const known = plan.packages.filter(
        ({ feature, isNew, item }) => feature === log.feature && !isNew && item !== null,
      )
      if (known.length > 0)
        written += await this.#feature(log, new Set(known.map((one) => one.work_package)), plan, texts)
    }
    return written
  }

  async #feature(
    log: FeatureLog,
    ids: ReadonlySet<string>,
    plan: ImportPlan,
    texts: ImportedTexts,
  ): Promise<number> {
    const { feature } = log
    const dir = featureDir(this.workspace.specsDir, feature)
    if (dir === undefined) return 0
    removeLeftTemporaries(this.workspace.root, join(dir, 'tasks'))
    const agreed = new Map<string, Definition>()
    const left = new Map<string, string>()
    let written = await this.#put(this.#changed(log, ids, { plan, texts, left }), agreed)
    written += await this.#put(this.#leftBehind(log, left), agreed)
    if (agreed.size > 0) this.definitions.notes.keep(feature, agreed)
    for (const done of [true, false]) this.boxes.settleList(feature, ticked(plan, feature, done), done)
    return written
  }

  /**
   * The files of packages for which this import wrote events, or whose text changed in the source.
   * @param left gets the packages whose files differ in other places, with their files
   */
  async *#changed(
    log: FeatureLog,
    ids: ReadonlySet<string>,
    { plan, texts, left }: { plan: ImportPlan; texts: ImportedTexts; left: Map<string, string> },
  ): AsyncGenerator<NewFile> {
    const changes = importedChanges(plan.drafts, log.feature)
    const ticks = importedTicks(plan.drafts, log.feature)
    for await (const { state, file, found } of this.#differing(log, ids)) {
      const change = changes.get(file.id)
      const isBehind = (one: Difference): boolean =>
        change?.has(one) === true &&
        (one.element !== null || loggedValues(log.eventsOf(file.id), one).includes(one.file))
      if (found.some((one) => change?.has(one) !== true)) left.set(file.id, file.file)
      const registers = registersOf(state, found, isBehind)
      const hasNewText = texts.isChanged(log.feature, file.id)
      const isWanted = registers.length > 0 || ticks.has(file.id) || statesOldLane(file, state)
      const next =
        isWanted || hasNewText
          ? await this.#newFile(file, state, found, { registers, ticks: ticks.get(file.id), texts })
          : undefined
      if (next !== undefined) yield next
    }
  }

  /** The files that an interrupted update has not written, and those to which a person set back a value. */
  async *#leftBehind(log: FeatureLog, left: ReadonlyMap<string, string>): AsyncGenerator<NewFile> {
    if (left.size === 0) return
    this.definitions.committed.expect([...left.values()])
    const synced = this.definitions.notes.inFeature(log.feature)
    for await (const { state, file, found } of this.#differing(log, new Set(left.keys()))) {
      const history = log.eventsOf(file.id)
      const about = { state, file: file.file, history, synced: () => synced(file.id) }
      const judged = await this.definitions.judge(found, about)
      const registers = registersOf(state, judged, ({ changed }) => !changed)
      const next = registers.length > 0 ? await this.#newFile(file, state, found, { registers }) : undefined
      if (next !== undefined) yield next
    }
  }

  /** The packages that have a readable file, and where it differs from the log. */
  async *#differing(
    log: FeatureLog,
    ids: ReadonlySet<string>,
  ): AsyncGenerator<{ state: WorkPackageState; file: StatedFile; found: readonly Difference[] }> {
    for await (const file of this.definitions.files.each(log.feature, ids)) {
      const state = file.kind === 'stated' ? log.state(file.id) : undefined
      if (file.kind === 'stated' && state !== undefined)
        yield { state, file, found: differences(file.stated, loggedDefinition(state)) }
    }
  }

  /** One write for everything in which the file follows the log. Undefined if that changes nothing. */
  async #newFile(
    { id, file, stated }: StatedFile,
    state: WorkPackageState,
    found: readonly Difference[],
    { registers, ticks = { done: [], open: [] }, texts }: Following,
  ): Promise<NewFile | undefined> {
    const { root } = this.workspace
    const read = readSpecFile(root, join(root, file))
    if (!read.ok) return undefined
    const logged = loggedDefinition(state)
    const defined =
      registers.length === 0 ? undefined : await setDefinition(file, read.bytes, logged, registers)
    let after = defined?.ok === true ? defined.bytes : read.bytes
    if (statesOldLane({ stated }, state)) {
      const moved = setLane(after, state.lane)
      if (moved.ok) after = moved.bytes
    }
    const imported = texts?.textFor(state.feature_slug, id, file, read.bytes)
    if (imported !== undefined) after = withBody(after, Buffer.concat([imported, Buffer.from('\n')]))
    // The source's boxes are ticked as they are there.
    const { done, open } = imported === undefined ? ticks : ticksOf(state)
    after = setBoxes(setBoxes(after, done, true).bytes, open, false).bytes
    if (after.equals(read.bytes)) return undefined
    const isWhole = defined?.ok === true && found.every(({ register }) => registers.includes(register))
    return {
      workPackage: id,
      file,
      before: read.bytes,
      after,
      agreed: isWhole ? logged : undefined,
      imported,
    }
  }

  async #put(files: AsyncIterable<NewFile>, agreed: Map<string, Definition>): Promise<number> {
    let written = 0
    for await (const slice of slices(files, FILES_AT_ONCE)) {
      const contents = slice.map(({ file, before, after }) => ({
        path: join(this.workspace.root, file),
        before,
        bytes: after,
      }))
      // The log has the truth already, and the board marks a file that could not be written as behind.
      const failures = await putManyInside(this.workspace.root, contents)
      const done = slice.filter((_, at) => !failures.has(contents[at]?.path ?? ''))
      this.own.keepAll(done)
      for (const { workPackage, agreed: definition } of done)
        if (definition !== undefined) agreed.set(workPackage, definition)
      written += done.length
    }
    return written
  }
}

/** True if the file has a `lane:` line that the log has left. Until someone moves a package, the line is its author's. */
function statesOldLane({ stated }: Pick<StatedFile, 'stated'>, state: WorkPackageState): boolean {
  return state.lane_actor !== null && stated.lane !== undefined && stated.lane !== state.lane
}

function ticksOf({ subtasks }: WorkPackageState): ImportedTicks {
  const idsOf = (isDone: boolean): string[] =>
    subtasks.flatMap(({ id, done }) => (done === isDone ? [id] : []))
  return { done: idsOf(true), open: idsOf(false) }
}

function ticked(plan: ImportPlan, feature: string, done: boolean): SubtaskPlace[] {
  return [...importedTicks(plan.drafts, feature)].flatMap(([workPackage, ticks]) =>
    (done ? ticks.done : ticks.open).map((id) => ({ id, workPackage })),
  )
}

async function* slices<T>(values: AsyncIterable<T>, size: number): AsyncGenerator<readonly T[]> {
  let slice: T[] = []
  for await (const value of values) {
    slice.push(value)
    if (slice.length < size) continue
    yield slice
    slice = []
  }
  if (slice.length > 0) yield slice
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
