/** One work package as its file in `tasks/` states it. */
import { quoted } from '../errors/secrets.js'
import { isUtf8 } from 'node:buffer'
import { basename, dirname } from 'node:path'
import type { Definition } from './definition.js'
import { splitFrontMatter } from './front-matter.js'
import { readValues, type Values } from './front-matter-values.js'
import { readDependencies, readSubtasks } from './listed.js'
import { misplacedFrontMatter } from './misplaced.js'
import { DEFAULT_PRIORITY, readPriority } from './priority.js'
import { readSpecFile } from './read-spec-file.js'
import { headingTitle } from './title.js'
import type { Problem, Value } from './value.js'
import { spellWorkPackageId, workPackageIdOfFile } from './work-package-id.js'

export interface StatedWorkPackage extends Definition {
  readonly work_package_id: string
  /** The priority as written, or null if the file names none. */
  readonly spelledPriority: string | null
  /** What the file says. Only the log decides. */
  readonly lane?: string
  /** What the file states but kitty does not take from it, such as a subtask's status. */
  readonly leftOut: readonly string[]
  /** The path from which the file was read. */
  readonly file: string
}

type WorkPackageFile =
  | { readonly ok: true; readonly workPackage: StatedWorkPackage }
  | { readonly ok: false; readonly reason: string }

/**
 * Reads and checks the file. A refusal gives a reason that names the file and the line; nothing in the file makes this
 * throw.
 */
export async function readWorkPackageFile(path: string, root = dirname(path)): Promise<WorkPackageFile> {
  const file = readSpecFile(root, path)
  return file.ok ? readWorkPackage(path, file.bytes) : file
}

/** Reads bytes that come from elsewhere, such as a commit. @param path the file's name */
export async function readWorkPackage(path: string, bytes: Buffer): Promise<WorkPackageFile> {
  const block = splitFrontMatter(bytes)
  if (block.kind === 'broken') return refused(path, { line: block.line, problem: block.problem })
  if (!isUtf8(bytes)) return { ok: false, reason: `${path}: it is not UTF-8: save it as UTF-8` }
  if (block.kind === 'none') {
    const text = bytes.toString('utf8')
    const misplaced = misplacedFrontMatter(text)
    return misplaced === undefined ? stated(path, {}, () => text) : refused(path, misplaced)
  }
  const read = await readValues(bytes, block.start, block.end)
  if (!read.ok) return refused(path, read)
  return stated(path, read.values, () => bytes.toString('utf8', block.bodyStart))
}

function stated(path: string, values: Values, body: () => string): WorkPackageFile {
  const id = idOf(path, values.work_package_id)
  if (typeof id !== 'string') return refused(path, id)
  const dependencies = readDependencies(values.dependencies)
  if (!dependencies.ok) return refused(path, dependencies, 'dependencies')
  const subtasks = readSubtasks(values.subtasks)
  if (!subtasks.ok) return refused(path, subtasks, 'subtasks')
  const { title, work_package_title } = values
  const priority = readPriority(values.priority)
  const leftOut = [
    ...subtasks.leftOut,
    ...(priority === undefined ? ['the priority, which is not 0 to 4,'] : []),
  ]
  const lane = textOf(values.lane)
  for (const [key, value] of Object.entries({
    title,
    work_package_title,
    priority: values.priority,
    lane: values.lane,
  }))
    if (value?.kind === 'list' || value?.kind === 'mapping')
      return refused(path, {
        line: value.line,
        problem: `the ${key} is not plain text: put the ${key} in quotes`,
      })
  return {
    ok: true,
    workPackage: {
      work_package_id: id,
      title: textOf(title) ?? textOf(work_package_title) ?? headingTitle(body(), id) ?? id,
      priority: priority ?? DEFAULT_PRIORITY,
      spelledPriority: textOf(values.priority) ?? null,
      dependencies: dependencies.ids,
      subtasks: subtasks.ids,
      ...(lane === undefined ? {} : { lane }),
      leftOut,
      file: path,
    },
  }
}

/** Checks that the file's name and its front matter name the same package. */
function idOf(path: string, value: Value | undefined): string | Problem {
  const named = workPackageIdOfFile(basename(path))
  const line = value?.line ?? 1
  const written = value?.kind === 'scalar' ? value.text : undefined
  const own = written === undefined ? undefined : spellWorkPackageId(written)
  if (value !== undefined && value.kind !== 'none' && own === undefined) {
    const shown = quoted(written ?? value.kind, 60)
    return { line, problem: `${shown} is no work package id: write WP and two digits, as in WP01` }
  }
  if (own !== undefined && named !== undefined && own !== named)
    return { line, problem: `it says work_package_id ${own}, its name says ${named}: make the two agree` }
  return (
    own ??
    named ?? { line, problem: 'it names no work package: add "work_package_id: WP01" to its front matter' }
  )
}

function textOf(value: Value | undefined): string | undefined {
  const text = value?.kind === 'scalar' ? value.text.trim() : ''
  return text === '' ? undefined : text
}

function refused(path: string, { line, problem }: Problem, key?: string): WorkPackageFile {
  return { ok: false, reason: `${path}, line ${line}: ${key === undefined ? '' : `${key}: `}${problem}` }
}
