/** `meta.json`: what a mission says about itself. */
import type { SourceFile, SourceProblem } from '../document.js'
import { isJson, parseJson, textAt } from '../json.js'
import { parseMoment } from '../moment.js'
import { encodingProblem, readText, singleLine } from '../text.js'

export interface MissionMeta {
  readonly title: string | null
  readonly mission: string | null
  readonly createdAt: string | null
  readonly slug: string | null
}

/** Reads the mission's `meta.json`; every field is null where there is none. */
export function readMeta(files: readonly SourceFile[], problems: SourceProblem[]): MissionMeta {
  const file = files.find(({ path }) => path.endsWith('meta.json'))
  const none = { title: null, mission: null, createdAt: null, slug: null }
  if (file === undefined) return none
  const parsed = parseJson(readText(file).text)
  if (!parsed.ok || !isJson(parsed.value)) {
    const message = encodingProblem(file.bytes) ?? 'is not a JSON object'
    problems.push({ file: file.path, line: null, message })
    return none
  }
  const json = parsed.value
  const title = textAt(json, 'title') ?? textAt(json, 'friendly_name')
  return {
    title: title === null ? null : singleLine(title),
    mission: textAt(json, 'mission_type') ?? textAt(json, 'mission'),
    createdAt: parseMoment(json['created_at']),
    slug: textAt(json, 'slug') ?? textAt(json, 'mission_slug'),
  }
}

/** Many projects have a meta.json: a mission's says what kind of mission it is, or what it is called. */
export function isMissions(path: string, bytes: Uint8Array): boolean {
  if (!path.endsWith('meta.json')) return /(?:^|\/)(?:status\.events\.jsonl|tasks\/.+)$/.test(path)
  const parsed = parseJson(readText({ path, bytes }).text)
  if (!parsed.ok || !isJson(parsed.value)) return false
  const json = parsed.value
  return [
    'mission',
    'mission_type',
    'mission_slug',
    'mission_number',
    'friendly_name',
    'feature_number',
  ].some((key) => Object.hasOwn(json, key))
}

/** Returns the table in force when kitty exported the mission; spec-kitty's own log does not name one. */
export function exportedWorkflow(files: readonly SourceFile[]): string | undefined {
  for (const file of files) {
    if (!file.path.endsWith('meta.json')) continue
    const parsed = parseJson(readText(file).text)
    const name = parsed.ok && isJson(parsed.value) ? textAt(parsed.value, 'kitty:workflow') : null
    if (name !== null) return name
  }
  return undefined
}
