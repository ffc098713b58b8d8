/** One work package as its file in `tasks/` states it. */
import { basename } from 'node:path'
import { splitFrontMatter } from './front-matter.js'
import { readSpecFile } from './read-spec-file.js'
import { spellWorkPackageId, workPackageIdOfFile } from './work-package-id.js'
import { readMapping } from './yaml-mapping.js'

export interface StatedWorkPackage {
  readonly work_package_id: string
  readonly title: string
  readonly dependencies: readonly string[]
  readonly subtasks: readonly string[]
  /** What the file says; the log alone decides. */
  readonly lane?: string
  /** The path it was read from. */
  readonly file: string
}

type WorkPackageFile =
  | { readonly ok: true; readonly workPackage: StatedWorkPackage }
  | { readonly ok: false; readonly reason: string }

/** Reads and checks the file; a refusal is a reason that names it. Nothing thrown for what the file holds. */
export async function readWorkPackageFile(path: string): Promise<WorkPackageFile> {
  const file = readSpecFile(path)
  if (!file.ok) return file
  const block = splitFrontMatter(file.bytes)
  if (block.kind === 'broken') return refused(path, block.problem)

  const text = utf8(file.bytes)
  if (text === undefined) return refused(path, 'it is not UTF-8: save it as UTF-8')
  if (block.kind === 'none') return stated(path, {}, text)
  const yaml = await readMapping(file.bytes.toString('utf8', block.start, block.end))
  if (!yaml.ok) return refused(path, `its front matter is not readable YAML: ${yaml.reason}`)
  return stated(path, yaml.mapping, file.bytes.toString('utf8', block.bodyStart))
}

function stated(path: string, keys: Readonly<Record<string, unknown>>, body: string): WorkPackageFile {
  const named = workPackageIdOfFile(basename(path))
  const written = keys['work_package_id']
  const own = isScalar(written) ? spellWorkPackageId(String(written)) : undefined
  if (isScalar(written) && own === undefined) {
    return refused(path, `"${String(written)}" is no work package id: write WP and two digits, as in WP01`)
  }
  if (own !== undefined && named !== undefined && own !== named) {
    return refused(path, `it says work_package_id ${own}, its name says ${named}: make the two agree`)
  }
  const id = own ?? named
  if (id === undefined)
    return refused(path, 'it names no work package: add "work_package_id: WP01" to its front matter')

  const dependencies = readIds(keys['dependencies'], spellWorkPackageId)
  if (!dependencies.ok) return refused(path, `dependencies: ${dependencies.reason}`)
  const subtasks = readIds(keys['subtasks'], subtaskId)
  if (!subtasks.ok) return refused(path, `subtasks: ${subtasks.reason}`)
  const title = isScalar(keys['title']) ? String(keys['title']).trim() : ''
  const lane = isScalar(keys['lane']) ? String(keys['lane']).trim() : ''
  return {
    ok: true,
    workPackage: {
      work_package_id: id,
      title: title || firstHeading(body, id) || id,
      dependencies: dependencies.ids,
      subtasks: subtasks.ids,
      ...(lane === '' ? {} : { lane }),
      file: path,
    },
  }
}

type Ids =
  { readonly ok: true; readonly ids: readonly string[] } | { readonly ok: false; readonly reason: string }

/** A list of ids, or one id alone; each a word or an object with `id`. Absent is none; repeats are dropped. */
function readIds(value: unknown, spell: (text: string) => string | undefined): Ids {
  if (value === undefined || value === null) return { ok: true, ids: [] }
  const ids = new Set<string>()
  for (const item of Array.isArray(value) ? (value as unknown[]) : [value]) {
    const word = typeof item === 'object' && item !== null && 'id' in item ? item.id : item
    const id = isScalar(word) ? spell(String(word)) : undefined
    if (id === undefined)
      return { ok: false, reason: `${JSON.stringify(item)} is no id: write a list such as [WP01, WP02]` }
    ids.add(id)
  }
  return { ok: true, ids: [...ids] }
}

/** Subtasks are named by their authors: the first word of what stands in the list. */
function subtaskId(text: string): string | undefined {
  return /^[A-Za-z][\w.-]{0,63}(?=[\s:,]|$)/.exec(text.trim())?.[0]
}

/** The first `#` heading of the body, without the id it often begins with. */
function firstHeading(body: string, id: string): string | undefined {
  for (const line of body.split('\n')) {
    const heading = /^#{1,6}[ \t]+(\S.{0,400})/.exec(line)?.[1]?.trim()
    if (heading !== undefined)
      return heading
        .replace(/^work package(?: prompt)?:?\s*/i, '')
        .replace(new RegExp(`^${id}\\s?[:–—-]\\s?`, 'i'), '')
  }
  return undefined
}

function isScalar(value: unknown): value is string | number {
  return typeof value === 'string' || typeof value === 'number'
}

function utf8(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    // The one failure a fatal decoder has.
    return undefined
  }
}

function refused(path: string, reason: string): WorkPackageFile {
  return { ok: false, reason: `${path}: ${reason}` }
}
