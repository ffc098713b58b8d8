/**
 * taskwarrior: the output of `task export`, as one list or (with json.array off) one object per line. A state format
 * with the times of entry, start, end and last change.
 */
import type {
  ItemChange,
  LaneRole,
  ReadOptions,
  SourceFile,
  SourceProblem,
  TransferDocument,
  TransferItem,
} from '../document.js'
import { featuresOf, type LabeledItem } from '../features.js'
import { idAt, isJson, type Json, listAt, otherFields, parseJson, textAt, textsAt } from '../json.js'
import { readLabels } from '../labels.js'
import { parseMoment } from '../moment.js'
import { block, bodyOf, linesOf, LossCount, nameOf, textOf, singleLine } from '../text.js'

export const TASKWARRIOR = 'taskwarrior'

/** A project becomes a tag, because a list of tasks belongs to one feature. */
const READ = new Set(
  'id uuid description status entry modified start end depends annotations tags project priority urgency wait'.split(
    ' ',
  ),
)

export function readTaskwarrior(files: readonly SourceFile[], options: ReadOptions): TransferDocument {
  const problems: SourceProblem[] = []
  const losses = new LossCount()
  const found: LabeledItem[] = []
  for (const file of files) {
    for (const { json, line } of readObjects(file, problems)) {
      const problem = (message: string): void => void problems.push({ file: file.path, line, message })
      const item = readTask(json, options, problem, losses)
      if (item !== undefined) found.push({ item, labels: readLabels([], losses), file: file.path, line })
    }
  }
  const names = { id: '', name: 'tasks', title: 'Tasks' }
  const features = featuresOf(found, names, problems, losses)
  return {
    format: TASKWARRIOR,
    source: null,
    workflow: null,
    roles: {},
    features,
    problems,
    losses: losses.losses,
  }
}

function readObjects(
  file: SourceFile,
  problems: SourceProblem[],
): { readonly json: Json; readonly line: number | null }[] {
  const text = textOf(file, problems)
  if (text === undefined) return []
  if (text.trim() === '')
    problems.push({
      file: file.path,
      line: null,
      message: 'is empty: task export prints [] when there are no tasks',
    })
  const whole = parseJson(text)
  const place = (at: number): number | null => (text.startsWith('[') ? null : at)
  if (whole.ok) {
    // Cast: Array.isArray returns any[].
    const list = Array.isArray(whole.value) ? (whole.value as unknown[]) : [whole.value]
    return list.flatMap((json, at) => object(json, file.path, at + 1))
  }
  return linesOf(text).flatMap(({ line, text: raw }) => {
    // If the list is truncated, or its lines were merged, read it line by line.
    const bare = raw.trim().replace(/^\[/, '').replace(/,$/, '').replace(/\]$/, '').trim()
    if (bare === '' || bare === ',') return []
    const parsed = parseJson(bare)
    if (parsed.ok) return object(parsed.value, file.path, line)
    problems.push({ file: file.path, line, message: parsed.message })
    return []
  })

  function object(json: unknown, path: string, line: number): { json: Json; line: number | null }[] {
    if (isJson(json)) return [{ json, line: place(line) }]
    problems.push({ file: path, line: place(line), message: 'is no task: not a JSON object' })
    return []
  }
}

function readTask(
  json: Json,
  { zone }: ReadOptions,
  problem: (message: string) => void,
  losses: LossCount,
): TransferItem | undefined {
  const id = textAt(json, 'uuid') ?? idAt(json, 'id')
  const status = textAt(json, 'status') ?? 'pending'
  if (status === 'deleted' || status === 'recurring') {
    losses.add(`${status} task`, 'dropped')
    return undefined
  }
  if (id === null || id === '0' || nameOf(id) === undefined) {
    problem('is no task: it has no uuid')
    return undefined
  }
  const time = (key: string): string | null => {
    const moment = parseMoment(json[key], zone)
    if (moment === null && textAt(json, key) !== null) problem(`${key} of ${id} is no time; read without it`)
    return moment
  }
  const [entry, modified, start, end] = [time('entry'), time('modified'), time('start'), time('end')]
  const isWaiting = status === 'waiting' || textAt(json, 'wait') !== null
  const role: LaneRole =
    status === 'completed' ? 'done' : start !== null ? 'working' : isWaiting ? 'stopped' : 'initial'
  const project = textAt(json, 'project')
  for (const key of Object.keys(json)) if (!READ.has(key)) losses.add(singleLine(key), 'body')
  return {
    id,
    workPackage: null,
    title: singleLine(textAt(json, 'description') ?? '') || id,
    body: bodyOf(null, [['Other fields', otherFields(json, READ)]]),
    createdAt: entry ?? modified,
    createdBy: null,
    updatedAt: modified ?? entry,
    updatedBy: null,
    dependencies: dependenciesOf(json),
    subtasks: [],
    tags: [
      ...textsAt(json, 'tags').flatMap((tag) => nameOf(tag) ?? []),
      ...(project === null ? [] : [nameOf(`project:${project}`) ?? '']),
      ...(role === 'stopped' ? ['waiting'] : []),
    ],
    priority: textAt(json, 'priority'),
    assignee: null,
    lane: {
      status: role === 'working' ? 'started' : status,
      role,
      lane: null,
      at: end ?? (role === 'working' ? start : null) ?? modified ?? entry,
      by: null,
    },
    changes: annotationsOf(json, problem, zone),
  }
}

/** A list since 2.6; before that, one comma-separated text. */
function dependenciesOf(json: Json): string[] {
  const depends = json['depends']
  return typeof depends === 'string'
    ? depends
        .split(',')
        .map((id) => id.trim())
        .filter((id) => id !== '')
    : textsAt(json, 'depends')
}

function annotationsOf(json: Json, problem: (message: string) => void, zone?: string): ItemChange[] {
  return listAt(json, 'annotations').flatMap((annotation) => {
    const text = isJson(annotation) ? textAt(annotation, 'description') : null
    if (!isJson(annotation) || text === null) {
      problem('has an annotation without a description')
      return []
    }
    return [
      {
        kind: 'note' as const,
        id: null,
        at: parseMoment(annotation['entry'], zone),
        by: null,
        text: block(text),
      },
    ]
  })
}
