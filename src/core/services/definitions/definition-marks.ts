import { basename } from 'node:path'
import { inject, injectable } from 'inversify'
import { isKittyError, type KittyError } from '../../errors/kitty-error.js'
import {
  emptyWorkPackage,
  type LogEvent,
  type WorkflowTable,
  type WorkPackageState,
} from '../../events-lib.js'
import { type BoardRow, boardRowOf } from '../../index/board-row.js'
import { type BoardMarks, type MarkDocument, type MarksOf, NO_MARKS } from '../../projections/marks.js'
import { cyclesIn } from '../../specs/check-tasks.js'
import { EventStore, Team, type TeamLink } from '../../store/event-store.js'
import { Workflow } from '../../workspace/config.js'
import { Workspace } from '../../workspace/workspace.js'
import { changeText } from './change-text.js'
import { type Comparison, Definitions, type Judged } from './definitions.js'
import { MissingFiles } from './missing-files.js'
import { statedState } from './package-states.js'
import { toRenumber } from './to-renumber.js'
import { WorktreeCopies } from './worktree-copies.js'
import { repoPath } from '../../platform/paths.js'
import { toRun } from '../../errors/next-step.js'
import { addTo } from '../../log/group-by.js'

/** Maximum number of packages that one read compares. The board says how many it did not compare. */
const COMPARED = 500

/** Marks packages whose files differ from the log. Writes nothing. */
@injectable()
export class DefinitionMarks {
  constructor(
    @inject(EventStore) private readonly store: EventStore,
    @inject(Definitions) private readonly definitions: Definitions,
    @inject(MissingFiles) private readonly missing: MissingFiles,
    @inject(WorktreeCopies) private readonly copies: WorktreeCopies,
    @inject(Workspace) private readonly workspace: Workspace,
    @inject(Workflow) private readonly workflow: WorkflowTable,
    @inject(Team) private readonly team: { readonly link: TeamLink | undefined },
  ) {}

  /** @param rows of these features */
  async of(features: readonly string[], rows: readonly BoardRow[]): Promise<BoardMarks> {
    if (rows.length > COMPARED) return { ...NO_MARKS, notCompared: rows.length }
    const marks = new Map<string, MarkDocument[]>()
    const fresh: BoardRow[] = []
    for (const feature of features) {
      const own = rows.filter((row) => row.feature_slug === feature)
      await this.#addMarks(feature, own, marks, fresh)
    }
    return { marksOf: (feature, id) => marks.get(`${feature}/${id}`) ?? NONE, fresh, notCompared: 0 }
  }

  /**
   * The marks of these packages only: reads no other file.
   * @param rows of the whole feature
   */
  async ofOnly(feature: string, rows: readonly BoardRow[], only: ReadonlySet<string>): Promise<MarksOf> {
    const marks = new Map<string, MarkDocument[]>()
    await this.#addMarks(feature, rows, marks, [], only)
    return (_, id) => marks.get(`${feature}/${id}`) ?? NONE
  }

  /**
   * Packages that no one may be offered: those that wait for themselves, and IDs that name two. All of them where the
   * files cannot be read.
   */
  notOffered(feature: string, rows: readonly BoardRow[]): ReadonlySet<string> {
    const collide = rows.flatMap((row) => (row.collision.length > 0 ? [row.work_package_id] : []))
    return new Set([...cyclesIn(rows).flat(), ...collide, ...this.#twice(feature, rows)])
  }

  #twice(feature: string, rows: readonly BoardRow[]): string[] {
    try {
      return this.definitions.files.twice(feature)
    } catch (error) {
      if (!isKittyError(error)) throw error
      return rows.map((row) => row.work_package_id)
    }
  }

  async #addMarks(
    feature: string,
    rows: readonly BoardRow[],
    marks: Map<string, MarkDocument[]>,
    fresh: BoardRow[],
    only?: ReadonlySet<string>,
  ): Promise<void> {
    const marked = only === undefined ? rows : rows.filter((row) => only.has(row.work_package_id))
    const add = (id: string, mark: MarkDocument): void => addTo(marks, `${feature}/${id}`, mark)
    const comparisons = await this.definitions.compareRows(feature, rows, only).catch(refusal)
    if (isKittyError(comparisons)) {
      for (const { work_package_id: id } of marked) add(id, { mark: 'unreadable', text: comparisons.message })
      return
    }
    for (const [id, comparison] of comparisons) {
      for (const mark of marksOf(feature, id, comparison)) add(id, mark)
      const copy =
        comparison.file.kind === 'stated' ? await this.copies.differing(comparison.file) : undefined
      if (copy !== undefined) add(id, elsewhere(feature, id, repoPath(this.workspace.root, copy)))
      if (LOGGED.has(comparison.kind) || rows.some((row) => row.work_package_id === id)) continue
      fresh.push(this.#rowOf(feature, comparison))
    }
    for (const cycle of cyclesIn(rows))
      for (const id of new Set(cycle))
        add(id, {
          mark: 'cycle',
          text: `${cycle.join(' → ')} wait for one another: remove one dependency in a file${toSync(feature, ', then')}`,
        })
    for (const { work_package_id: id, collision } of marked)
      if (collision.length > 1 && comparisons.get(id)?.kind !== 'twice')
        add(id, twice(feature, { id, files: collision }))
    const without = marked.flatMap(({ created, work_package_id: id }) =>
      created && !comparisons.has(id) ? [id] : [],
    )
    for (const [id, mark] of this.missing.marks(feature, without, this.team.link !== undefined)) add(id, mark)
    const unmerged = await this.team.link?.unmerged()
    if (unmerged === undefined || unmerged.length === 0) return
    const named = new Set(marked.map((row) => row.work_package_id))
    for (const state of await this.store.workPackages(feature)) {
      if (!named.has(state.work_package_id)) continue
      const newest = unmerged.find(
        (event) =>
          event.payload.feature_slug === feature &&
          event.timestamp === state.updated_at &&
          isAbout(event, state),
      )
      if (newest !== undefined) add(state.work_package_id, notInHead(newest))
    }
  }

  /** The board row of a package that only has files. One that cannot be read has its file's name for a title. */
  #rowOf(feature: string, { file }: Comparison): BoardRow {
    if (file.kind !== 'stated') {
      const title = basename(file.kind === 'twice' ? (file.files[0] ?? file.id) : file.file)
      return { ...boardRowOf(emptyWorkPackage(feature, file.id, this.workflow)), title }
    }
    const state = statedState(feature, file.stated, this.workflow)
    return { ...boardRowOf(state), subtask_ids: file.stated.subtasks }
  }
}

/** Why a feature's folder cannot be read. */
function refusal(error: unknown): KittyError {
  if (isKittyError(error)) return error
  throw error
}

/** Only a package that is in the log compares like this. */
const LOGGED: ReadonlySet<Comparison['kind']> = new Set(['same', 'differs'])
const NONE: readonly MarkDocument[] = []

function marksOf(feature: string, id: string, comparison: Comparison): MarkDocument[] {
  switch (comparison.kind) {
    case 'same':
      return []
    case 'new':
      return [{ mark: 'new', text: `${comparison.file.file} is not in the log yet${toSync(feature)}` }]
    case 'unreadable':
      return [{ mark: 'unreadable', text: comparison.file.reason }]
    case 'twice':
      return [twice(feature, comparison.file)]
    case 'differs': {
      const [changed, behind] = [true, false].map((is) =>
        comparison.differences.filter((one) => one.changed === is),
      )
      return [
        ...textOf(changed, (what) => ({
          mark: 'changed',
          text: `the file says ${what}${toSync(feature)}`,
        })),
        ...textOf(behind, (what) => ({
          mark: 'behind',
          text: `the log went on${lastLogged(behind)}, the file says ${what}. The file counts${toRun(['kitty', 'sync', '--take', `${feature}/${id}`])}. The log counts${toRun(['kitty', 'sync', '--write', `${feature}/${id}`])}`,
        })),
      ]
    }
    default:
      return comparison satisfies never
  }
}

/** Who last wrote one of the log's values, and when. */
function lastLogged(differences: readonly Judged[] | undefined): string {
  const writers = (differences ?? []).flatMap(({ logged }) => logged ?? [])
  const last = writers.sort((a, b) => (a.at < b.at ? -1 : 1)).at(-1)
  return last === undefined ? '' : ` (${last.actor} at ${last.at})`
}

function textOf(
  differences: readonly Judged[] | undefined,
  mark: (what: string) => MarkDocument,
): MarkDocument[] {
  if (differences === undefined || differences.length === 0) return []
  return [mark(changeText({ differences, resolves: [] }))]
}

function isAbout({ entity_id, entity_type }: LogEvent, state: WorkPackageState): boolean {
  if (entity_type === 'Gate') return state.gates.some(({ gate_id }) => gate_id === entity_id)
  return entity_id === state.work_package_id
}

function notInHead({ event_type, actor }: LogEvent): MarkDocument {
  return {
    mark: 'not in HEAD',
    text: `its newest event (${event_type} by ${actor}) is known from the hub, and HEAD does not have it`,
  }
}

/** How to take the files over. */
function toSync(feature: string, after = ':'): string {
  return toRun(['kitty', 'sync', feature], after)
}

function elsewhere(feature: string, id: string, copy: string): MarkDocument {
  return {
    mark: 'elsewhere',
    text: `${copy} has another definition and is not read; to take it over${toRun(['kitty', 'edit', `${feature}/${id}`, '--from-here'])}`,
  }
}

function twice(feature: string, named: { id: string; files: readonly string[] }): MarkDocument {
  return { mark: 'twice', text: `${named.files.join(' and ')} have one id${toRenumber(feature, named)}` }
}
