import { join } from 'node:path'
import { secretIn } from '../../errors/secrets.js'
import { MAX_LINE_BYTES, utf8Length, type WorkPackageState } from '../../events-lib.js'
import { checkTasks } from '../../specs/check-tasks.js'
import type { Definition } from '../../specs/definition.js'
import { readSpecFile } from '../../specs/read-spec-file.js'
import type { StatedWorkPackage } from '../../specs/work-package-file.js'
import type { Comparison } from './definitions.js'
import { loggedDefinition } from './logged-values.js'
import { toRenumber } from './to-renumber.js'

/** Why a file or a feature cannot be synced. */
export interface DefinitionProblem {
  readonly kind: 'unreadable' | 'twice' | 'unwritable' | 'graph'
  readonly work_packages: readonly string[]
  /** Relative to the repository's root. */
  readonly files: readonly string[]
  readonly message: string
}

/** In characters. No one writes a longer title, and it would fill the whole board. */
const TITLE_LIMIT = 100_000

/** What keeps one package's file from being synced; undefined if nothing does. */
export function fileProblem(
  root: string,
  feature: string,
  comparison: Comparison,
): DefinitionProblem | undefined {
  if (comparison.kind === 'same') return undefined
  const { file } = comparison
  if (file.kind === 'unreadable')
    return { kind: 'unreadable', work_packages: [file.id], files: [file.file], message: file.reason }
  if (file.kind === 'twice')
    return {
      kind: 'twice',
      work_packages: [file.id],
      files: file.files,
      message: `${file.id} has ${file.files.length} files: ${file.files.join(', ')}${toRenumber(feature, file)}`,
    }
  const reason = unwritable(root, file.file, file.stated)
  if (reason === undefined) return undefined
  return { kind: 'unwritable', work_packages: [file.id], files: [file.file], message: reason }
}

/** Finds what must not enter an event, since it would stay in the log and reach everyone. */
function unwritable(
  root: string,
  file: string,
  { title, dependencies, subtasks }: StatedWorkPackage,
): string | undefined {
  const text = JSON.stringify([title, dependencies, subtasks])
  const secret = secretIn(text)
  if (secret !== undefined)
    return `${file}, line ${lineWith(root, file, (line) => secretIn(line) !== undefined)}: it holds what looks like ${secret}. Take it out, and have it revoked if anyone may have seen it`
  if (title.length > TITLE_LIMIT)
    return `${file}, line ${lineWith(root, file, (line) => line.length > TITLE_LIMIT)}: the title is longer than ${TITLE_LIMIT} characters: shorten it`
  // Leave part of the maximum line length to the envelope.
  if (utf8Length(text) > MAX_LINE_BYTES - 16 * 1024)
    return `${file}, line 1: its definition is larger than an event may be: shorten it`
  return undefined
}

function lineWith(root: string, file: string, is: (line: string) => boolean): number {
  const read = readSpecFile(root, join(root, file))
  const lines = read.ok ? read.bytes.toString('utf8').split('\n') : []
  return Math.max(0, lines.findIndex(is)) + 1
}

/** Unknown dependencies and cycles that the drafts would introduce. Ignores those that the log already has. */
export function graphProblems(
  states: readonly WorkPackageState[],
  definitions: ReadonlyMap<string, Definition>,
  comparisons: ReadonlyMap<string, Comparison>,
): DefinitionProblem[] {
  if (definitions.size === 0) return []
  const nameOf = (id: string): string => {
    const file = comparisons.get(id)?.file
    return file?.kind === 'stated' || file?.kind === 'unreadable' ? file.file : id
  }
  const logged = new Map(states.map((state) => [state.work_package_id, loggedDefinition(state).dependencies]))
  const graph = new Map([...logged, ...[...definitions].map(([id, one]) => [id, one.dependencies] as const)])
  const tasks = [...graph].map(([id, dependencies]) => ({
    work_package_id: id,
    dependencies,
    file: nameOf(id),
  }))
  return checkTasks(tasks).flatMap(({ kind, work_packages, files, message }): DefinitionProblem[] => {
    const [first, second] = work_packages
    const isOld = kind === 'unknown_dependency' && logged.get(first ?? '')?.includes(second ?? '') === true
    // Its file is there, and is a problem of its own.
    const isNamed = kind === 'unknown_dependency' && comparisons.has(second ?? '')
    const isOurs = work_packages.some((id) => definitions.has(id))
    return isOurs && !isOld && !isNamed ? [{ kind: 'graph', work_packages, files, message }] : []
  })
}
